import type { Clock } from "@intercom-events/core";

/** Longest delay that timers hold (2^31 - 1 ms). */
const MAX_DELAY = 2_147_483_647;

/**
 * The machine's clock, whose timers do not keep a finished program alive where Deno allows that. Each is ended by what
 * belongs to it: a test may put fake timers in the place of the global ones meanwhile, and those would let the program
 * run for ever.
 */
export const denoClock: Clock = {
  now: () => Date.now(),
  after(milliseconds, callback) {
    const { setTimeout, clearTimeout } = globalThis;
    const timer = setTimeout(callback, milliseconds);
    Deno.unrefTimer?.(timer);
    return () => clearTimeout(timer);
  },
  keepAlive() {
    const { setInterval, clearInterval } = globalThis;
    const timer = setInterval(() => undefined, MAX_DELAY);
    return () => clearInterval(timer);
  },
};
