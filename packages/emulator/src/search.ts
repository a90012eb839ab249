import type { KnownContact } from "./contact.ts";
import { foldEventName } from "./fold-event-name.ts";
import type { RecordedRequest } from "./request-log.ts";
import type { StoredEvent } from "./stored-event.ts";

/** What events are looked for. */
export interface EventFilter {
  /** Words that all occur, in whatever case. */
  readonly search?: string | undefined;
  /** Equal as Intercom compares names. */
  readonly name?: string | undefined;
  /** The contact's `id`. */
  readonly contact?: string | undefined;
}

/** What requests are looked for. */
export interface RequestFilter {
  readonly search?: string | undefined;
  readonly result?: string | undefined;
}

/** What contacts are looked for. */
export interface ContactFilter {
  readonly search?: string | undefined;
}

type Matcher<Value> = (value: Value) => boolean;

/** Returns a function that is true for text with every word of the search in it. */
function wordsIn(search = ""): (text: string) => boolean {
  const words = search.toLowerCase().split(/\s+/).filter(Boolean);
  return (text) => {
    if (words.length === 0) return true;
    const lower = text.toLowerCase();
    return words.every((word) => lower.includes(word));
  };
}

/** Returns a function that is true for the events that are looked for. */
export function eventMatcher({ search, name, contact }: EventFilter): Matcher<StoredEvent> {
  const holds = wordsIn(search);
  const folded = name && foldEventName(name);
  return (event) =>
    (!contact || event.intercom_user_id === contact) &&
    (!folded || foldEventName(event.event_name) === folded) &&
    (!search || holds(eventText(event)));
}

/** Returns a function that is true for the requests that are looked for. */
export function requestMatcher({ search, result }: RequestFilter): Matcher<RecordedRequest> {
  const holds = wordsIn(search);
  return (request) => (!result || request.result === result) && (!search || holds(requestText(request)));
}

/** Returns a function that is true for the contacts that are looked for. */
export function contactMatcher({ search }: ContactFilter): Matcher<KnownContact> {
  const holds = wordsIn(search);
  return ({ id, user_id = "", email = "", role, workspace }) =>
    !search || holds([id, user_id, email, role, workspace].join("\n"));
}

function eventText(event: StoredEvent): string {
  const { id, event_name, user_id = "", email = "", intercom_user_id, workspace, metadata = {} } = event;
  const values = Object.entries(metadata).flatMap(([key, value]) =>
    typeof value === "object" ? [key, ...Object.values(value)] : [key, value],
  );
  return [event_name, user_id, email, intercom_user_id, id, workspace, ...values].join("\n");
}

function requestText(request: RecordedRequest): string {
  const { requestId, method, path, status = "", reason = "", field = "", body } = request;
  return [method, path, status, reason, field, requestId, body].join("\n");
}
