import type { Clock } from "@intercom-events/core";

/** Longest delay that timers hold (2^31 - 1 ms). */
const MAX_DELAY = 2_147_483_647;

/** The machine's clock, whose timers do not keep a finished process alive. */
export const nodeClock: Clock = {
  now: () => Date.now(),
  after(milliseconds, callback) {
    const timer = setTimeout(callback, milliseconds);
    timer.unref?.(); // Timers of jsdom and of Electron's pages are numbers.
    return () => clearTimeout(timer);
  },
  soon(callback) {
    const immediate = setImmediate(callback);
    return () => clearImmediate(immediate);
  },
  keepAlive() {
    const timer = setInterval(() => undefined, MAX_DELAY);
    return () => clearInterval(timer);
  },
};
