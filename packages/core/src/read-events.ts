import type { Api, CallOptions, ListEventsQuery } from "./call-api.ts";
import { createIssue } from "./create-issue.ts";
import type { DataEvent, EventSummary, NewEventSummary } from "./data-event.ts";
import { describe } from "./describe.ts";
import { collectContact } from "./encode-event.ts";
import { encodeSummary } from "./encode-summary.ts";
import type { Contact } from "./event.ts";
import { IntercomError } from "./intercom-error.ts";
import { parseReply, readPage, readSummaries } from "./parse-event-list.ts";
import { createReport } from "./report.ts";
import { throwIssues } from "./throw-issues.ts";
import type { ReadReply } from "./transport.ts";

/** Makes one call and returns its reply. @throws {IntercomError} unless the reply is 2xx */
export type Call = (action: string, call: (options: CallOptions) => Promise<ReadReply>) => Promise<ReadReply>;

/** The calls beside `track`; {@link createReader}. */
export interface Reader {
  events(contact: Contact, options?: { readonly perPage?: number | undefined }): AsyncIterable<DataEvent>;
  summaries(contact: Contact): Promise<EventSummary[]>;
  createSummary(summary: NewEventSummary): Promise<void>;
}

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

function contactQuery(action: string, contact: Contact): ListEventsQuery {
  if (Object(contact) !== contact)
    throw new TypeError(`Cannot ${action}: ${createIssue("contact", "not_an_object", contact).message}`);
  const report = createReport();
  const { id, ...named } = collectContact((field) => Reflect.get(contact, field), report);
  throwIssues(action, report.issues);
  return { type: "user", ...named, ...(id !== undefined && { intercom_user_id: id }) };
}

function positive(action: string, name: string, value: number): number {
  if (Number.isInteger(value) && value > 0) return value;
  throw new TypeError(`Cannot ${action}: "${name}" must be a positive integer, got ${describe(value)}`);
}
