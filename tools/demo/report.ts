import type { RecordedRequest, StoredEvent } from "@intercom-events/emulator";
import { compareEvents, type RunTime } from "./compare-events.ts";
import { contactOfStored, readArrivals } from "./emulator-results.ts";
import { EXPECTED_EVENTS, EXPECTED_OUTCOMES } from "./expected.ts";
import type { Sent } from "./send-events.ts";
import { showMetadata } from "./show-metadata.ts";

/** A line of the table. */
export interface Row extends Sent {
  readonly runtime: string;
  readonly shown: readonly string[];
}

/** What the emulator says of a run. */
export interface Evidence {
  readonly events: readonly StoredEvent[];
  readonly requests: readonly RecordedRequest[];
}

/** Puts what the runtimes say of each event beside what the emulator says of it. */
export function makeRows(
  sent: Readonly<Record<string, readonly Sent[]>>,
  { events, requests }: Evidence,
): Row[] {
  const arrivals = readArrivals(requests);
  return Object.entries(sent).flatMap(([runtime, all]) =>
    all.map(({ eventName, contact, outcome }) => {
      const isSame = (other: Pick<Sent, "eventName" | "contact">): boolean =>
        other.eventName === eventName && other.contact === contact;
      const index = arrivals.findIndex(isSame);
      const result = index === -1 ? undefined : arrivals.splice(index, 1)[0]?.result;
      const stored = events.find((event) =>
        isSame({ eventName: event.event_name, contact: contactOfStored(event) }),
      );
      const row = { runtime, eventName, contact };
      if (result === "duplicate") {
        return { ...row, outcome: `${outcome}, ignored as a duplicate`, shown: ["(once, as above)"] };
      }
      if (stored === undefined) return { ...row, outcome, shown: ["(not stored)"] };
      if (result === undefined) return { ...row, outcome, shown: ["(once, as above)"] };
      const lines = showMetadata(stored.metadata);
      return { ...row, outcome, shown: lines.length > 0 ? lines : ["(no metadata)"] };
    }),
  );
}

/** What of the run is not as expected, one line each. */
export function findProblems(rows: readonly Row[], { events, requests }: Evidence, run: RunTime): string[] {
  const refused = requests.filter(({ result }) => result === "refused");
  return [
    ...Object.entries(EXPECTED_OUTCOMES).flatMap(([runtime, expected]) =>
      compareOutcomes(runtime, expected, rows),
    ),
    ...compareEvents(EXPECTED_EVENTS, events, run),
    ...refused.map(
      ({ method, path, status, reason }) =>
        `the emulator refused ${method} ${path}: ${status ?? "reset"} ${reason ?? ""}`,
    ),
  ];
}

function compareOutcomes(runtime: string, expected: readonly string[], rows: readonly Row[]): string[] {
  const found = rows.filter((row) => row.runtime === runtime);
  if (found.length !== expected.length)
    return [`${runtime}: expected ${expected.length} events, got ${found.length}`];
  return found.flatMap(({ eventName, contact, outcome }, index) =>
    outcome === expected[index]
      ? []
      : [`${runtime}, ${eventName} of ${contact}: expected "${expected[index]}", got "${outcome}"`],
  );
}

/** Counts what was done, as in `10 events tracked, 8 sent, 8 stored`. */
export function countEvents(rows: readonly Row[], { events, requests }: Evidence): string {
  return `${rows.length} events tracked, ${readArrivals(requests).length} sent, ${events.length} stored`;
}
