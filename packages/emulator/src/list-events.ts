import type { ApiCall, Served } from "./api-call.ts";
import type { Contact } from "./contact.ts";
import type { EventCount, PlacedEvent } from "./event-history.ts";
import { type ListQuery, parseListQuery } from "./list-query.ts";
import { jsonReply } from "./plain-message.ts";
import { isRefusal, type Refusal, refuse } from "./refusal.ts";
import type { EventList, EventSummary, EventSummaryList } from "./wire.ts";

/** Events older than 90 days are counted and not listed (the reference). */
const listedMs = 90 * 24 * 3600 * 1000;

/** `GET /events`: the events of a contact, or with `summary=true` how often each happened. */
export function listEvents(call: ApiCall): Served | Refusal {
  const query = parseListQuery(call.request.query);
  if (isRefusal(query)) return query;
  const contact = call.workspace.contacts.find(query.named);
  if (contact === "ambiguous") return refuse.ambiguousEmail(query.named.email);
  if (!contact) return refuse.unknownContact("", Object.keys(query.named)[0]);
  const answer = query.summary ? summarise(call, contact) : list(call, contact, query);
  return { reply: jsonReply(200, answer), result: "answered" };
}

function list({ request, workspace, policy }: ApiCall, contact: Contact, query: ListQuery): EventList {
  const { events, more } = workspace.events.history(contact.id).page({
    from: Math.max(query.since ?? 0, policy.now() - listedMs),
    to: query.before ?? Number.POSITIVE_INFINITY,
    limit: query.perPage,
  });
  const { perPage } = query;
  // The contact's own id takes the place of what was sent, whichever that was (list-user-events, 2.5).
  const link = (edges: Record<string, number | undefined>): string =>
    `${request.origin}/events?${encode({ per_page: perPage, ...edges, intercom_user_id: contact.id, type: "user" })}`;
  const since = events[0] ? events[0].position + 1 : query.since;
  const before = events.at(-1)?.position;
  return {
    type: "event.list",
    events: events.map(({ event: { workspace: _, ...wire } }: PlacedEvent) => wire),
    pages: {
      ...(more && { next: link({ before, since: query.since }) }),
      ...(since !== undefined && { since: link({ since }) }),
    },
  };
}

function encode(parameters: Record<string, string | number | undefined>): string {
  const given = Object.entries(parameters).flatMap(([name, value]): [string, string][] =>
    value === undefined ? [] : [[name, String(value)]],
  );
  return new URLSearchParams(given).toString();
}

function summarise({ workspace }: ApiCall, contact: Contact): EventSummaryList {
  return {
    type: "event.summary",
    ...(contact.email !== undefined && { email: contact.email }),
    intercom_user_id: contact.id,
    ...(contact.user_id !== undefined && { user_id: contact.user_id }),
    events: workspace.events.history(contact.id).counts().map(summaryLine),
  };
}

function summaryLine({ name, first, last, count }: EventCount): EventSummary {
  return { name, first: isoTime(first), last: isoTime(last), count };
}

/** Intercom writes the offset out: `2014-01-16T23:12:21.000+00:00`. */
function isoTime(unixSeconds: number): string {
  return new Date(unixSeconds * 1000).toISOString().replace("Z", "+00:00");
}
