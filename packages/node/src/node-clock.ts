import type { Clock } from "@intercom-events/core";

/** Longest delay that timers hold (2^31 - 1 ms). */
const MAX_DELAY = 2_147_483_647;

/**
 * The machine's clock, whose timers do not keep a finished process alive. Each is ended by what belongs to it: a test
 * may put fake timers in the place of the global ones meanwhile, and those would let the process run for ever.
 */
export const nodeClock: Clock = {
  now: () => Date.now(),
  after(milliseconds, callback) {
    const { setTimeout, clearTimeout } = globalThis;
    const timer = setTimeout(callback, milliseconds);
    timer.unref?.(); // Timers of jsdom and of Electron's pages are numbers.
    return () => clearTimeout(timer);
  },
  soon(callback) {
    const { setImmediate, clearImmediate } = globalThis;
    const immediate = setImmediate(callback);
    return () => clearImmediate(immediate);
  },
  keepAlive() {
    const { setInterval, clearInterval } = globalThis;
    const timer = setInterval(() => undefined, MAX_DELAY);
    return () => clearInterval(timer);
  },
};
