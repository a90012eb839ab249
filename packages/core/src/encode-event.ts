import { collectEventName } from "./encode-event-name.ts";
import { collectMetadata, type EncodeOptions } from "./encode-metadata.ts";
import { encodeText } from "./encode-text.ts";
import { encodeTime, FIRST_MILLISECONDS } from "./encode-time.ts";
import type { WireEvent } from "./event.ts";
import type { Issue, WarningCode } from "./issue.ts";
import { createReport, type Failure, failure, type Report, refuse } from "./report.ts";
import { isObject } from "./tag-of.ts";

/** The body of `POST /events` with its warnings, or all problems of the event. */
export type EncodedEvent =
  | { readonly ok: true; readonly value: WireEvent; readonly warnings: readonly Issue<WarningCode>[] }
  | Failure;

/** {@link EncodedEvent}, and what else is known of it. */
export type EncodedTracked =
  | (Extract<EncodedEvent, { ok: true }> & {
      /** Whether the event had no time of its own. */
      readonly isStamped: boolean;
      /** Of keys and texts. */
      readonly characters: number;
    })
  | (Failure & {
      /** The event's name, if it has one. */
      readonly eventName: string | undefined;
    });

/** The ways to name a contact. */
const IDENTITIES = ["userId", "email", "id"] as const;
type Identity = (typeof IDENTITIES)[number];

/** A contact's one name on the wire; empty where there was none that could be read. */
type WireContact = Partial<Record<"user_id" | "email" | "id", string>>;

// Spelled out, as bundlers keep what spreads a list, used or not.
const FIELDS = ["userId", "email", "id", "eventName", "createdAt", "metadata"] as const;

/** What stands in the fields of an event, which may be anything. */
type Fields = { readonly [Field in (typeof FIELDS)[number]]?: unknown };

/** What people write who know the wire names. */
const MEANT: Readonly<Record<string, string>> = {
  user_id: "userId",
  event_name: "eventName",
  event: "eventName",
  name: "eventName",
  created_at: "createdAt",
  created: "createdAt",
  timestamp: "createdAt",
  time: "createdAt",
  properties: "metadata",
  props: "metadata",
};

/**
 * Encodes one event as the body of `POST /events`. It collects all problems and never throws,
 * whatever it is given.
 *
 * @param event what to send; checked whole, so it may come from anywhere
 * @param now milliseconds since the epoch, the time of an event without `createdAt`
 * @example
 * encodeEvent({ userId: "314159", eventName: "logged-in" }, Date.now());
 * // { ok: true, value: { user_id: "314159", event_name: "logged-in", created_at: 1671028894 }, warnings: [] }
 */
export function encodeEvent(event: unknown, now: number, options: EncodeOptions = {}): EncodedEvent {
  const encoded = encodeTracked(event, now, options);
  if (!encoded.ok) return { ok: false, issues: encoded.issues };
  const { value, warnings } = encoded;
  return { ok: true, value, warnings };
}

/** Encodes one event as {@link encodeEvent} does, and tells besides whether its time is `now`, and its size. */
export function encodeTracked(event: unknown, now: number, options: EncodeOptions): EncodedTracked {
  const report = createReport();
  const body = collectEvent(event, now, report, options);
  const { warnings, isStamped = false, characters } = report;
  const failed = failure(report);
  if (failed) return { ...failed, eventName: body.event_name };
  // Without problems each required part is there.
  return { ok: true, value: body as WireEvent, warnings, isStamped, characters };
}

function collectEvent(
  event: unknown,
  now: number,
  report: Report,
  options: EncodeOptions,
): Partial<WireEvent> {
  if (!isObject(event)) {
    refuse(report, "", "not_an_object", event);
    return {};
  }
  const fields = readFields(event as Fields, report);
  const body: Partial<WireEvent> = encodeContact(fields, report);
  const event_name = collectEventName(fields.eventName, report);
  const created_at = collectCreatedAt(fields.createdAt, now, report);
  if (event_name !== undefined) body.event_name = event_name;
  if (created_at !== undefined) body.created_at = created_at;
  if (fields.metadata !== undefined) body.metadata = collectMetadata(fields.metadata, report, options);
  warnOfUnknownFields(event as object, report);
  return body;
}

/** Reads each field once; one by one only if one of them throws. */
function readFields(event: Fields, report: Report): Fields {
  try {
    const { userId, email, id, eventName, createdAt, metadata } = event;
    return { userId, email, id, eventName, createdAt, metadata };
  } catch {
    return Object.fromEntries(FIELDS.map((field) => [field, readField(event, field, report)]));
  }
}

/** Reads a field, or reports a getter or proxy that throws. */
function readField(event: Fields, field: keyof Fields, report: Report): unknown {
  try {
    return event[field];
  } catch (error) {
    return refuse(report, field, "unreadable", error);
  }
}

/** The one identity that can be read, on the wire; a field that is `undefined` is not given. */
export function collectContact(read: (field: Identity) => unknown, report: Report): WireContact {
  return encodeContact({ userId: read("userId"), email: read("email"), id: read("id") }, report);
}

function encodeContact(fields: Fields, report: Report): WireContact {
  const { userId, email, id } = fields;
  const count = Number(userId !== undefined) + Number(email !== undefined) + Number(id !== undefined);
  if (count !== 1) return refuseContact(fields, report);
  if (userId !== undefined) {
    const user_id = encodeText("userId", userId, report);
    return user_id === undefined ? {} : { user_id };
  }
  if (id !== undefined) {
    const lead = encodeText("id", id, report);
    return lead === undefined ? {} : { id: lead };
  }
  const address = encodeText("email", email, report);
  if (address === undefined) return {};
  if (!address.includes("@")) refuse(report, "email", "invalid_email", address);
  return { email: address };
}

function refuseContact(fields: Fields, report: Report): WireContact {
  const given = IDENTITIES.filter((name) => fields[name] !== undefined);
  const code = given.length > 0 ? "several_contacts" : "missing";
  const found = given.slice(0, 2).join(" and ") || "none";
  const message = `The contact must be named by one of userId, email and id, got ${found}`;
  report.issues.push({ path: "", code, message });
  return {};
}

function collectCreatedAt(value: unknown, now: number, report: Report): number | undefined {
  if (value !== undefined) return collectTime("createdAt", value, report);
  report.isStamped = true;
  return collectTime("createdAt", now / 1000, report);
}

/** A time within the bounds of the spec's schema `UnixSeconds`. */
export function collectTime(path: string, value: unknown, report: Report): number | undefined {
  const seconds = encodeTime(path, value, report);
  if (seconds === undefined || (seconds >= 0 && seconds < FIRST_MILLISECONDS)) return seconds;
  return refuse(report, path, "invalid_date", seconds);
}

function warnOfUnknownFields(event: object, report: Report): void {
  try {
    if (!mayHaveUnknownFields(event)) return;
    for (const field of Object.keys(event).filter(isUnknown).slice(0, 100)) {
      const name = field.slice(0, 40);
      const meant = Object.hasOwn(MEANT, field) ? `; did you mean ${MEANT[field]}?` : "";
      const message = `${JSON.stringify(name)} is not a field of an event and is not sent${meant}`;
      report.warnings.push({ path: name, code: "unknown_field", message });
    }
  } catch (error) {
    refuse(report, "", "unreadable", error);
  }
}

/** A first look, which makes no list: also `true` for fields that are inherited. */
function mayHaveUnknownFields(event: object): boolean {
  for (const field in event) if (isUnknown(field)) return true;
  return false;
}

/** Spelled out, as a search in the list costs several times as much, and each field of each event is looked at. */
function isUnknown(field: string): boolean {
  switch (field as keyof Fields) {
    case "userId":
    case "email":
    case "id":
    case "eventName":
    case "createdAt":
    case "metadata":
      return false;
    default:
      return true;
  }
}
