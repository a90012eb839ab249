import { type Clock, type EncodeOptions, systemClock } from "@intercom-events/core";
import { checkNames, checkNumber, fail } from "./check-options.ts";
import type { LaneSettings, Route } from "./route.ts";
import type { TrackerOptions } from "./tracker.ts";

const TASK = "create tracker";

/** The options with all defaults filled in. */
interface ResolvedOptions extends LaneSettings {
  readonly route: Route;
  readonly clock: Clock;
  readonly encoding: EncodeOptions;
}

/** @throws {TypeError} when an option is wrong */
export function resolveOptions(options: TrackerOptions): ResolvedOptions {
  checkNames(TASK, options, ["route", "queue", "metadataKeys", "clock"]);
  const { route, queue = {}, metadataKeys = 10, clock = systemClock } = options;
  if (typeof route?.open !== "function") fail(TASK, "route", "messenger()", route);
  checkNames(TASK, queue, ["maxEvents"], "queue");
  return {
    route,
    clock,
    maxEvents: checkNumber(TASK, "queue.maxEvents", queue.maxEvents ?? 1000, 1),
    encoding: { metadataKeys: checkNumber(TASK, "metadataKeys", metadataKeys) },
  };
}
