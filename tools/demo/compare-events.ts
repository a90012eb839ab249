import type { StoredEvent } from "@intercom-events/emulator";
import { contactOfStored } from "./emulator-results.ts";
import type { ExpectedEvent } from "./expected.ts";

/** When the run began and ended, in Unix seconds. */
export interface RunTime {
  readonly from: number;
  readonly to: number;
}

/** The differences between the events expected and those stored, one line each. */
export function compareEvents(
  expected: readonly ExpectedEvent[],
  stored: readonly StoredEvent[],
  run: RunTime,
): string[] {
  const left = [...stored];
  const differences = expected.flatMap((event) => {
    const index = left.findIndex((other) => nameOf(other) === nameOf(event));
    const [found] = index === -1 ? [] : left.splice(index, 1);
    if (found === undefined) return [`${nameOf(event)}: not stored`];
    const { id: _, ...others } = found;
    const wanted = textOf({ ...event, type: "event", workspace: "default" });
    const got = textOf({ ...others, created_at: timeOf(found, event, run) });
    return wanted === got ? [] : [`${nameOf(event)}: expected ${wanted}, got ${got}`];
  });
  return [...differences, ...left.map((event) => `${nameOf(event)}: stored, but not expected`)];
}

function nameOf(event: ExpectedEvent | StoredEvent): string {
  return `${event.event_name} of ${contactOfStored(event)}`;
}

/** Any time of the run is right where Intercom stamps it. */
function timeOf({ created_at }: StoredEvent, expected: ExpectedEvent, { from, to }: RunTime): unknown {
  const isStamped = expected.created_at === "during the run" && from <= created_at && created_at <= to;
  return isStamped ? expected.created_at : created_at;
}

/** As text, because the order of metadata is part of what is sent: Intercom tracks the first keys it gets. */
function textOf(event: object): string {
  return JSON.stringify(Object.fromEntries(Object.entries(event).sort()));
}
