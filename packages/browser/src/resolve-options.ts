import { type EncodeOptions, systemClock } from "@intercom-events/core";
import { A_FUNCTION, AN_OBJECT, atLeast, check, checkOptions, type Rule } from "./check-options.ts";
import type { PageOutbox } from "./page-outbox.ts";
import type { LaneSettings, Route } from "./route.ts";
import type { TrackerOptions } from "./tracker.ts";

/** The options with all defaults filled in. */
interface ResolvedOptions {
  readonly settings: Omit<LaneSettings, "warn" | "complain" | "ended">;
  readonly route: Route;
  readonly encoding: EncodeOptions;
}

export const A_ROUTE: Rule = {
  expected: "messenger() or relay()",
  fits: (value) => typeof (value as Route | null | undefined)?.open === "function",
};

const AN_OUTBOX: Rule = {
  expected: "indexedDbOutbox()",
  fits: (value) => typeof (value as PageOutbox | null | undefined)?.appendApart === "function",
};

const A_POLICY: Rule = {
  expected: '"drop_newest" or "drop_oldest"',
  fits: (value) => value === "drop_newest" || value === "drop_oldest",
};

/** @throws {TypeError} when an option is wrong */
export function resolveOptions(options: TrackerOptions): ResolvedOptions {
  const task = "create tracker";
  checkOptions(task, options, {
    route: A_ROUTE,
    outbox: AN_OUTBOX,
    queue: AN_OBJECT,
    metadataKeys: atLeast(0),
    clock: AN_OBJECT,
    random: A_FUNCTION,
  });
  const { route, outbox, queue = {}, metadataKeys = 10, clock = systemClock, random = Math.random } = options;
  check(task, "route", route, A_ROUTE);
  checkOptions(task, queue, { maxEvents: atLeast(1), maxBytes: atLeast(1), policy: A_POLICY });
  const { maxEvents = 1000, maxBytes = 1_048_576, policy = "drop_newest" } = queue;
  const settings = { clock, random, maxEvents, maxBytes, policy, outbox };
  return { route, settings, encoding: { metadataKeys } };
}
