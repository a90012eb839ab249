/** Time as the client sees it; tests put in their own. */
export interface Clock {
  /** Milliseconds since the epoch. */
  now(): number;
  /** Calls back once after some milliseconds, and answers how to call that off. */
  after(milliseconds: number, callback: () => void): () => void;
}

/** The machine's clock and timers. This is the one place in the package that touches them. */
export const systemClock: Clock = {
  now: () => Date.now(),
  after(milliseconds, callback) {
    const timer = setTimeout(callback, milliseconds);
    return () => clearTimeout(timer);
  },
};
