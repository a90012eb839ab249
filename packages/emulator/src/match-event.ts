import { isDeepStrictEqual } from "node:util";
import type { Contact, Identities } from "./contact.ts";
import { foldEventName } from "./fold-event-name.ts";
import { checkKeys, isInteger, isText, misuse } from "./misuse.ts";
import type { StoredEvent } from "./stored-event.ts";

/** What an event is to be like. What is left out does not matter. */
export interface EventMatch {
  /** Equal as Intercom compares names: case is ignored, `.` and `$` are `-`. */
  readonly eventName?: string | undefined;
  /** Whose it is: one identity of any kind, or by name. The contact's own count, not only those sent. */
  readonly contact?: string | Identities | undefined;
  /** Unix seconds. */
  readonly createdAt?: number | undefined;
  /** Keys it has at least, with their values. */
  readonly metadata?: Readonly<Record<string, unknown>> | undefined;
  /** The workspace of the token it was sent with. @default any */
  readonly workspace?: string | undefined;
}

/** An event, and the contact it belongs to, if that still exists. */
export interface OwnedEvent {
  readonly event: StoredEvent;
  readonly contact: Contact | undefined;
}

/** A part of an event that is not as it is to be. */
export interface Difference {
  readonly field: string;
  readonly expected: unknown;
  readonly got: unknown;
}

/**
 * Checks a match.
 * @throws TypeError naming the first thing that is wrong
 */
export function checkEventMatch(action: string, match: unknown): asserts match is EventMatch {
  checkKeys(action, match, {
    name: "match",
    known: ["eventName", "contact", "createdAt", "metadata", "workspace"],
  });
  const { eventName, contact, createdAt, metadata, workspace } = match;
  for (const [name, value] of Object.entries({ eventName, workspace })) {
    if (value !== undefined && !isText(value)) throw misuse(action, name, "a non-empty string", value);
  }
  if (createdAt !== undefined && !isInteger(createdAt, 0)) {
    throw misuse(action, "createdAt", "Unix seconds", createdAt);
  }
  if (metadata !== undefined) checkKeys(action, metadata, { name: "metadata" });
  if (contact !== undefined && !isText(contact)) checkIdentities(action, contact);
}

/** An id that is a number would never be met, and none at all by every event. */
function checkIdentities(action: string, contact: unknown): void {
  if (typeof contact !== "object" || Object.keys(contact ?? {}).length === 0) {
    throw misuse(action, "contact", "a text, or an object with one or more of id, user_id, email", contact);
  }
  checkKeys(action, contact, { name: "contact", known: ["id", "user_id", "email"] });
  for (const [kind, value] of Object.entries(contact)) {
    if (value !== undefined && !isText(value)) {
      throw misuse(action, `contact.${kind}`, "a non-empty string", value);
    }
  }
}

/** Everything in which the event differs from the match; empty when it matches. */
export function differences({ event, contact }: OwnedEvent, match: EventMatch): Difference[] {
  const found: Difference[] = [];
  const compare = (field: string, expected: unknown, got: unknown): void => {
    if (expected !== undefined && !isDeepStrictEqual(expected, got)) found.push({ field, expected, got });
  };
  const { eventName, createdAt, workspace, metadata = {} } = match;
  if (eventName !== undefined && foldEventName(eventName) !== foldEventName(event.event_name)) {
    found.push({ field: "event_name", expected: eventName, got: event.event_name });
  }
  found.push(...contactDifferences(identitiesOf(event, contact), match.contact));
  compare("created_at", createdAt, event.created_at);
  for (const [key, value] of Object.entries(metadata)) {
    compare(`metadata.${key}`, value, event.metadata?.[key]);
  }
  compare("workspace", workspace, event.workspace);
  return found;
}

function identitiesOf(event: StoredEvent, contact: Contact | undefined): Identities {
  const { user_id = event.user_id, email = event.email } = contact ?? {};
  return {
    id: event.intercom_user_id,
    ...(user_id !== undefined && { user_id }),
    ...(email !== undefined && { email }),
  };
}

function contactDifferences(got: Identities, expected: EventMatch["contact"]): Difference[] {
  if (expected === undefined) return [];
  if (typeof expected === "string") {
    return Object.values(got).includes(expected) ? [] : [{ field: "contact", expected, got }];
  }
  return Object.entries(expected)
    .filter(([kind, value]) => got[kind as keyof Identities] !== value)
    .map(([kind, value]) => ({
      field: `contact.${kind}`,
      expected: value,
      got: got[kind as keyof Identities],
    }));
}
