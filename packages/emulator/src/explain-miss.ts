import { inspect } from "node:util";
import { eventNameIn } from "./event-name-in.ts";
import { type Difference, differences, type EventMatch, type OwnedEvent } from "./match-event.ts";
import type { RecordedRequest } from "./request-log.ts";

/** What there was when nothing matched. */
export interface Evidence {
  readonly events: readonly OwnedEvent[];
  readonly requests: readonly RecordedRequest[];
}

const shown = 3;

/** Says in what the events that come nearest differ from the match, and which requests were refused. */
export function explainMiss(match: EventMatch, { events, requests }: Evidence): string {
  const nearest = events
    .map((owned) => ({ owned, differing: differences(owned, match) }))
    .sort((a, b) => a.differing.length - b.differing.length)
    .slice(0, shown);
  const refused = requests.filter(({ result }) => result === "refused").slice(-shown);
  return [
    `expected an event with ${show(match)}`,
    events.length === 0 ? "no event is stored" : `the nearest of ${events.length} stored:`,
    ...nearest.flatMap(({ owned: { event }, differing }) => [
      `  ${show(event.event_name)} of ${show(event.user_id ?? event.email ?? event.intercom_user_id)} at ${event.created_at}`,
      ...differing.map(differenceLine),
    ]),
    ...(refused.length > 0 ? ["refused:", ...refused.map(refusedLine)] : []),
  ].join("\n");
}

function differenceLine({ field, expected, got }: Difference): string {
  return `    ${field}: expected ${show(expected)}, got ${show(got)}`;
}

function refusedLine({ method, path, status, reason, field, body }: RecordedRequest): string {
  const about = field === undefined ? "" : `, field ${field}`;
  const name = eventNameIn(body);
  return `  ${method} ${path}: ${status ?? "no reply"} ${reason}${about}${name === undefined ? "" : `, event ${show(name)}`}`;
}

function show(value: unknown): string {
  return inspect(value, { depth: 4, breakLength: Number.POSITIVE_INFINITY, maxStringLength: 200 });
}
