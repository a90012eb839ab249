/** How many calls may be under way; {@link createConcurrencyLimit}. */
export interface ConcurrencyLimit {
  /** At least 1. */
  read(): number;
  /** Tells that a call has ended: how long it took, in milliseconds, and whether the server coped. */
  end(duration: number, coped: boolean): void;
}

/** A call slower than the fastest ones by this factor and this many milliseconds says that the server is busy. */
const FACTOR = 3;
const SLACK = 100;

/**
 * A limit that starts at `most`, falls by half with each failure and by a little with each slow reply,
 * and climbs back by one for each round of good ones (additive increase, multiplicative decrease).
 */
export function createConcurrencyLimit(most: number): ConcurrencyLimit {
  let limit = most;
  let fastest = Number.POSITIVE_INFINITY;
  return {
    read: () => Math.floor(limit),
    end(duration, coped) {
      if (!coped) {
        limit = Math.max(1, limit / 2);
        return;
      }
      // It creeps up, so that a server that has become slower for good is not taken for busy for ever.
      fastest = Math.min(duration, fastest + Math.max(1, fastest * 0.01));
      const isSlow = duration > fastest * FACTOR + SLACK;
      limit = isSlow ? Math.max(1, limit * 0.95) : Math.min(most, limit + 1 / limit);
    },
  };
}
