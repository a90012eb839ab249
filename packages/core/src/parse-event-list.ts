import type { DataEvent, EventSummary } from "./data-event.ts";
import { decodeMetadata } from "./decode-metadata.ts";
import type { components } from "./generated/openapi.ts";
import { IntercomError } from "./intercom-error.ts";
import type { ReadReply } from "./transport.ts";

type WireList = components["schemas"]["EventList"];
type WireSummaries = components["schemas"]["EventSummaryList"];

/** How to read a list of the spec, and its type. */
interface ListReader<Wire, List> {
  readonly type: string;
  /** May throw for what is not as the spec says. */
  readonly read: (wire: Wire) => List;
}

/** What a 2xx reply lists. @throws {IntercomError} unless it is as the spec says */
export function parseReply<Wire, List>(
  action: string,
  { status, body }: ReadReply,
  { type, read }: ListReader<Wire, List>,
): List {
  try {
    const wire = JSON.parse(body);
    if (wire.type === type) return read(wire);
  } catch {
    // Said below, as for any other body that is not the one expected.
  }
  const message = `the reply is no ${type} as the API reference has it`;
  throw new IntercomError(action, { kind: "server_error", message, status, errors: [] });
}

/** A page of events, and the query of the next one. */
export const readPage: ListReader<WireList, { events: DataEvent[]; next: string | undefined }> = {
  type: "event.list" satisfies WireList["type"],
  read: ({ events, pages }) => ({ events: events.map(readEvent), next: nextQuery(pages?.next) }),
};

/** All summaries of a contact. */
export const readSummaries: ListReader<WireSummaries, EventSummary[]> = {
  type: "event.summary" satisfies WireSummaries["type"],
  read: ({ events }) => events.map(readSummary),
};

function readEvent(event: components["schemas"]["Event"]): DataEvent {
  const { id, event_name, created_at, user_id, email, intercom_user_id, metadata } = event;
  return {
    id: readText(id),
    eventName: readText(event_name),
    createdAt: readTime(created_at && created_at * 1000),
    ...(user_id != null && { userId: user_id }),
    ...(email != null && { email }),
    ...(intercom_user_id != null && { intercomUserId: intercom_user_id }),
    metadata: decodeMetadata(metadata),
  };
}

function readSummary(summary: components["schemas"]["EventSummary"]): EventSummary {
  const { name, count, first, last, description } = summary;
  return {
    eventName: readText(name),
    count,
    first: readTime(first),
    last: readTime(last),
    ...(description != null && { description }),
  };
}

function readText(text: unknown): string {
  if (typeof text === "string") return text;
  throw new TypeError("It is not a text");
}

/** `null` is no time, though `Date` takes it for 1970. */
function readTime(time: string | number | null): Date {
  const date = new Date(time ?? Number.NaN);
  if (Number.isNaN(date.getTime())) throw new RangeError("The time is none");
  return date;
}

/** Only the query is taken from the link, so that the token goes nowhere else. */
function nextQuery(link: unknown): string | undefined {
  return typeof link === "string" ? /^[^?#]*\?([^#]*)/.exec(link)?.[1] : undefined;
}
