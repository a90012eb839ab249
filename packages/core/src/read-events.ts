import type { Api, CallOptions, ListEventsQuery } from "./call-api.ts";
import { createIssue } from "./create-issue.ts";
import { type DecodedMetadata, decodeMetadata } from "./decode-metadata.ts";
import { describe } from "./describe.ts";
import { collectContact, collectTime } from "./encode-event.ts";
import { collectEventName } from "./encode-event-name.ts";
import { encodeText } from "./encode-text.ts";
import type { Contact } from "./event.ts";
import type { components } from "./generated/openapi.ts";
import { IntercomError } from "./intercom-error.ts";
import { createReport, type Report } from "./report.ts";
import type { ReadReply } from "./transport.ts";

/** One event as Intercom lists it. */
export interface DataEvent {
  /** Intercom's id of the event. */
  readonly id: string;
  /** The name it was submitted under. */
  readonly eventName: string;
  /** To the second. */
  readonly createdAt: Date;
  /** The contact's id in your own system. */
  readonly userId?: string;
  /** The contact's e-mail address. */
  readonly email?: string;
  /** Intercom's own id of the contact. */
  readonly intercomUserId?: string;
  /** Its details, each with the type Intercom shows it as. */
  readonly metadata: DecodedMetadata;
}

/** How often one event of a contact happened. */
export interface EventSummary {
  /** The event's name. */
  readonly eventName: string;
  /** How often it happened. */
  readonly count: number;
  /** When it first happened. */
  readonly first: Date;
  /** When it last happened. */
  readonly last: Date;
  /** What the workspace says about the event. */
  readonly description?: string;
}

/** How often an event of a user happened, to be set. */
export interface NewEventSummary {
  /** The contact's id in your own system; Intercom takes no other here. */
  readonly userId: string;
  /** The event's name. */
  readonly eventName: string;
  /** A whole number, not negative. */
  readonly count: number;
  /** A `Date`, or Unix **seconds**. */
  readonly first: Date | number;
  /** A `Date`, or Unix **seconds**. */
  readonly last: Date | number;
}

/** Makes one call and returns its reply. @throws {IntercomError} unless the reply is 2xx */
export type Call = (action: string, call: (options: CallOptions) => Promise<ReadReply>) => Promise<ReadReply>;

/** The calls beside `track`; {@link createReader}. */
export interface Reader {
  events(contact: Contact, options?: { readonly perPage?: number | undefined }): AsyncIterable<DataEvent>;
  summaries(contact: Contact): Promise<EventSummary[]>;
  createSummary(summary: NewEventSummary): Promise<void>;
}

type WireList = components["schemas"]["EventList"];
type WireSummaries = components["schemas"]["EventSummaryList"];

/** The calls beside `track`, through the given way to make one. */
export function createReader(api: Api, call: Call): Reader {
  return {
    events: (contact, options) => {
      const { perPage = 50 } = options ?? {};
      const action = "list events";
      const query = { ...contactQuery(action, contact), per_page: positive(action, "perPage", perPage) };
      return listEvents(query, (page) => call(action, (options) => api.listEvents(page, options)));
    },
    async summaries(contact) {
      const action = "list event summaries";
      const query = { ...contactQuery(action, contact), summary: true };
      const reply = await call(action, (options) => api.listEvents(query, options));
      return parseReply(action, reply, readSummaries);
    },
    async createSummary(summary) {
      const action = "create an event summary";
      const wire = encodeSummary(action, summary);
      await call(action, (options) => api.createEventSummary(wire, options));
    },
  };
}

async function* listEvents(
  query: ListEventsQuery,
  fetchPage: (query: ListEventsQuery | string) => Promise<ReadReply>,
): AsyncGenerator<DataEvent, void, void> {
  const action = "list events";
  const seen = new Set<string | undefined>();
  for (let page: ListEventsQuery | string | undefined = query; page !== undefined; ) {
    const reply = await fetchPage(page);
    const { events, next } = parseReply(action, reply, readPage);
    yield* events;
    if (next !== undefined && seen.has(next)) {
      const message = "pages.next leads back to a page that was read";
      throw new IntercomError(action, { kind: "server_error", message, status: reply.status, errors: [] });
    }
    seen.add(next);
    page = next;
  }
}

/** Only the query is taken from the link, so that the token goes nowhere else. */
function nextQuery(link: unknown): string | undefined {
  return typeof link === "string" ? /^[^?#]*\?([^#]*)/.exec(link)?.[1] : undefined;
}

function contactQuery(action: string, contact: Contact): ListEventsQuery {
  if (Object(contact) !== contact)
    throw new TypeError(`Cannot ${action}: ${createIssue("contact", "not_an_object", contact).message}`);
  const report = createReport();
  const { id, ...named } = collectContact((field) => Reflect.get(contact, field), report);
  refuse(action, report);
  return { type: "user", ...named, ...(id !== undefined && { intercom_user_id: id }) };
}

function encodeSummary(
  action: string,
  summary: NewEventSummary,
): components["schemas"]["CreateEventSummariesRequest"] {
  const report = createReport();
  const given: Partial<NewEventSummary> = Object(summary);
  const user_id = encodeText("userId", given.userId, report);
  const event_name = collectEventName(given.eventName, report);
  const first = collectTime("first", given.first, report);
  const last = collectTime("last", given.last, report);
  refuse(action, report);
  const { count } = given;
  if (typeof count !== "number" || !Number.isInteger(count) || count < 0) {
    throw new TypeError(
      `Cannot ${action}: count must be a whole number that is not negative, got ${describe(count)}`,
    );
  }
  return {
    // The report was empty, so each of them is there.
    user_id: user_id as string,
    event_summaries: {
      event_name: event_name as string,
      count,
      first: first as number,
      last: last as number,
    },
  };
}

function refuse(action: string, { issues }: Report): void {
  if (issues.length > 0)
    throw new TypeError(`Cannot ${action}: ${issues.map(({ message }) => message).join("; ")}`);
}

function positive(action: string, name: string, value: number): number {
  if (Number.isInteger(value) && value > 0) return value;
  throw new TypeError(`Cannot ${action}: "${name}" must be a positive integer, got ${describe(value)}`);
}

/** How to read a list of the spec, and its type. */
interface ListReader<Wire, List> {
  readonly type: string;
  /** May throw for what is not as the spec says. */
  readonly read: (wire: Wire) => List;
}

/** What a 2xx reply lists, if it is as the spec says. */
function parseReply<Wire, List>(
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

const readPage: ListReader<WireList, { events: DataEvent[]; next: string | undefined }> = {
  type: "event.list" satisfies WireList["type"],
  read: ({ events, pages }) => ({ events: events.map(readEvent), next: nextQuery(pages?.next) }),
};

const readSummaries: ListReader<WireSummaries, EventSummary[]> = {
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
