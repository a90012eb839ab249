import { type EncodeOptions, systemClock } from "@intercom-events/core";
import {
  A_FUNCTION,
  AN_OBJECT,
  atLeast,
  check,
  checkOptions,
  madeBy,
  oneOf,
  type Rule,
} from "./check-options.ts";
import type { LaneSettings, Route } from "./route.ts";
import type { TrackerOptions } from "./tracker.ts";

/** The options with all defaults filled in. */
type ResolvedOptions = Omit<LaneSettings, "warn" | "complain" | "ended"> &
  Required<EncodeOptions> & { readonly route: Route };

export const A_ROUTE: Rule = madeBy("messenger() or relay()", "open");

const TASK = "create tracker";

/** @throws {TypeError} when an option is wrong */
export function resolveOptions(options: TrackerOptions): ResolvedOptions {
  const { queue = {}, ...given } = checkOptions(TASK, options, {
    route: A_ROUTE,
    outbox: madeBy("indexedDbOutbox()", "appendApart"),
    queue: AN_OBJECT,
    metadataKeys: atLeast(0),
    clock: AN_OBJECT,
    random: A_FUNCTION,
  });
  check(TASK, "route", given.route, A_ROUTE);
  const bounds = checkOptions(TASK, queue, {
    maxEvents: atLeast(1),
    maxBytes: atLeast(1),
    policy: oneOf("drop_newest", "drop_oldest"),
  });
  return {
    metadataKeys: 10,
    clock: systemClock,
    random: Math.random,
    maxEvents: 1000,
    maxBytes: 1_048_576,
    policy: "drop_newest",
    ...given,
    ...bounds,
  };
}
