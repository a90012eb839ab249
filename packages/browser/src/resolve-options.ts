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
interface ResolvedOptions {
  readonly settings: Omit<LaneSettings, "warn" | "complain" | "ended">;
  readonly route: Route;
  readonly encoding: EncodeOptions;
}

export const A_ROUTE: Rule = madeBy("messenger() or relay()", "open");

/** @throws {TypeError} when an option is wrong */
export function resolveOptions(options: TrackerOptions): ResolvedOptions {
  const task = "create tracker";
  checkOptions(task, options, {
    route: A_ROUTE,
    outbox: madeBy("indexedDbOutbox()", "appendApart"),
    queue: AN_OBJECT,
    metadataKeys: atLeast(0),
    clock: AN_OBJECT,
    random: A_FUNCTION,
  });
  const { route, outbox, queue = {}, metadataKeys = 10, clock = systemClock, random = Math.random } = options;
  check(task, "route", route, A_ROUTE);
  checkOptions(task, queue, {
    maxEvents: atLeast(1),
    maxBytes: atLeast(1),
    policy: oneOf("drop_newest", "drop_oldest"),
  });
  const { maxEvents = 1000, maxBytes = 1_048_576, policy = "drop_newest" } = queue;
  const settings = { clock, random, maxEvents, maxBytes, policy, outbox };
  return { route, settings, encoding: { metadataKeys } };
}
