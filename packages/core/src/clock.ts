/** Time as the client sees it; tests put in their own. */
export interface Clock {
  /** Milliseconds since the epoch. */
  now(): number;
  /** Calls back once after some milliseconds, and returns a function that cancels that. */
  after(milliseconds: number, callback: () => void): () => void;
  /**
   * Calls back once the code that runs now has ended, and returns a function that cancels that; sooner than
   * a timer, and later than a promise. @default a timer of 0 milliseconds
   */
  soon?(callback: () => void): () => void;
  /**
   * Keeps the process alive until the returned function is called. For clocks whose timers do not (`unref`):
   * a program that has nothing else to do may end, unless somebody waits.
   */
  keepAlive?(): () => void;
}

/** Longest delay that timers hold, in milliseconds (2^31 - 1). */
export const MAX_DELAY = 2_147_483_647;

/** The machine's clock and timers. This is the one place in the package that touches them. */
export const systemClock: Clock = {
  now: () => Date.now(),
  after(milliseconds, callback) {
    const timer = setTimeout(callback, Math.min(milliseconds, MAX_DELAY));
    return () => clearTimeout(timer);
  },
};
