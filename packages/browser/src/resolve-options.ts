import { type EncodeOptions, systemClock } from "@intercom-events/core";
import { AN_OBJECT, atLeast, check, checkOptions, type Rule } from "./check-options.ts";
import type { LaneSettings, Route } from "./route.ts";
import type { TrackerOptions } from "./tracker.ts";

/** The options with all defaults filled in. */
interface ResolvedOptions extends LaneSettings {
  readonly route: Route;
  readonly encoding: EncodeOptions;
}

const A_ROUTE: Rule = {
  expected: "messenger()",
  fits: (value) => typeof (value as Route | null | undefined)?.open === "function",
};

/** @throws {TypeError} when an option is wrong */
export function resolveOptions(options: TrackerOptions): ResolvedOptions {
  const task = "create tracker";
  checkOptions(task, options, {
    route: A_ROUTE,
    queue: AN_OBJECT,
    metadataKeys: atLeast(0),
    clock: AN_OBJECT,
  });
  const { route, queue = {}, metadataKeys = 10, clock = systemClock } = options;
  check(task, "route", route, A_ROUTE);
  checkOptions(task, queue, { maxEvents: atLeast(1) });
  return { route, clock, maxEvents: queue.maxEvents ?? 1000, encoding: { metadataKeys } };
}
