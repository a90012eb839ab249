import { describe, kindOf } from "./describe.ts";
import { collectMetadata, type EncodeOptions } from "./encode-metadata.ts";
import { encodeTime, isDate } from "./encode-time.ts";
import type { WireEvent } from "./event.ts";
import type { Issue, WarningCode } from "./issue.ts";
import { createReport, type Failure, failure, type Report } from "./report.ts";

/** The body of `POST /events` with its warnings, or all problems of the event. */
export type EncodedEvent =
  | { readonly ok: true; readonly value: WireEvent; readonly warnings: readonly Issue<WarningCode>[] }
  | Failure;

/** The ways to name a contact. */
const IDENTITIES = ["userId", "email", "id"] as const;
type Identity = (typeof IDENTITIES)[number];

/** A contact's one name on the wire; empty where there was none that could be read. */
type WireContact = Partial<Record<"user_id" | "email" | "id", string>>;

const FIELDS = new Set(["userId", "email", "id", "eventName", "createdAt", "metadata"]);

/** What people write who know the wire names. */
const MEANT: Readonly<Record<string, string>> = {
  user_id: "userId",
  event_name: "eventName",
  event: "eventName",
  name: "eventName",
  created_at: "createdAt",
  created: "createdAt",
  properties: "metadata",
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
  const report = createReport();
  const body = collectEvent(event, now, { report, options });
  // Without problems each required part is there.
  return failure(report) ?? { ok: true, value: body as WireEvent, warnings: report.warnings };
}

function collectEvent(
  event: unknown,
  now: number,
  { report, options }: { report: Report; options: EncodeOptions },
): Partial<WireEvent> {
  if (typeof event !== "object" || event === null || kindOf(event) !== "Object") {
    report.error(
      "",
      "not_an_object",
      `The event must be an object such as { userId, eventName }, got ${describe(event)}`,
    );
    return {};
  }
  const read = createReader(event, report);
  const body: Partial<WireEvent> = collectContact(read, report);
  const event_name = collectEventName(read("eventName"), report);
  const created_at = collectCreatedAt(read("createdAt"), now, report);
  const metadata = read("metadata");
  if (event_name !== undefined) body.event_name = event_name;
  if (created_at !== undefined) body.created_at = created_at;
  if (metadata !== undefined) body.metadata = collectMetadata(metadata, report, options);
  warnOfUnknownFields(event, report);
  return body;
}

type Read = (field: string) => unknown;

/** Reads each field once, and reports a getter or proxy that throws. */
function createReader(event: object, report: Report): Read {
  return (field) => {
    try {
      return Reflect.get(event, field);
    } catch {
      report.error(field, "unreadable", `${field} must be a value that can be read, got one that throws`);
      return undefined;
    }
  };
}

/** The one identity that is given, on the wire; a field that is `undefined` is not given. */
export function collectContact(read: Read, report: Report): WireContact {
  let given: Identity | undefined;
  let value: unknown;
  for (const name of IDENTITIES) {
    const found = read(name);
    if (found === undefined) continue;
    if (given !== undefined) {
      const message = `The contact must be named by only one of userId, email and id, got ${given} and ${name}`;
      report.error("", "several_contacts", message);
      return {};
    }
    given = name;
    value = found;
  }
  if (given === undefined) {
    report.error("", "missing", "The contact must be named by one of userId, email and id");
    return {};
  }
  const text = collectText(given, value, report);
  if (text === undefined) return {};
  if (given === "email" && !text.includes("@")) {
    report.error("email", "invalid_email", `email must be an e-mail address, got ${describe(text)}`);
  }
  return given === "userId" ? { user_id: text } : given === "email" ? { email: text } : { id: text };
}

function collectText(path: string, value: unknown, report: Report): string | undefined {
  if (typeof value !== "string") {
    const advice = typeof value === "number" ? `: write String(${value})` : "";
    report.error(path, "not_a_string", `${path} must be a string, got ${describe(value)}${advice}`);
    return undefined;
  }
  if (value.trim() === "") {
    report.error(path, "empty", `${path} must not be empty`);
    return undefined;
  }
  report.count(value.length);
  return value;
}

/** The event's name as given; Intercom folds it on its side (event model, API versions 1.0 to 2.6). */
export function collectEventName(value: unknown, report: Report): string | undefined {
  if (value === undefined) {
    report.error("eventName", "missing", 'eventName must say what happened, such as "placed-order"');
    return undefined;
  }
  const name = collectText("eventName", value, report);
  const folded = name?.toLowerCase().replace(/[.$]/g, "-");
  if (name !== undefined && folded !== name && name.length <= 255) {
    report.warn(
      "eventName",
      "event_name_folded",
      `eventName ${JSON.stringify(name)} is stored by Intercom as ${JSON.stringify(folded)}`,
    );
  }
  return name;
}

function collectCreatedAt(value: unknown, now: number, report: Report): number | undefined {
  if (value === undefined) return Math.floor(now / 1000);
  return collectTime("createdAt", value, report);
}

/** A time that is not before 1970, in whole Unix seconds. */
export function collectTime(path: string, value: unknown, report: Report): number | undefined {
  if (typeof value !== "number" && !isDate(value)) {
    report.error(path, "invalid_date", `${path} must be a Date or Unix seconds, got ${describe(value)}`);
    return undefined;
  }
  const seconds = encodeTime(path, value, report);
  if (seconds !== undefined && seconds < 0) {
    report.error(path, "invalid_date", `${path} must not be before 1970, got ${seconds}`);
    return undefined;
  }
  return seconds;
}

function warnOfUnknownFields(event: object, report: Report): void {
  try {
    for (const field of Object.keys(event).slice(0, 100)) {
      if (FIELDS.has(field)) continue;
      const meant = Object.hasOwn(MEANT, field) ? `; did you mean ${MEANT[field]}?` : "";
      report.warn(
        field.slice(0, 40),
        "unknown_field",
        `${JSON.stringify(field.slice(0, 40))} is not a field of an event and is not sent${meant}`,
      );
    }
  } catch {
    report.error("", "unreadable", "The event must be a plain object, got one whose fields cannot be read");
  }
}
