/** How many calls may be under way; {@link createConcurrencyLimit}. */
export interface ConcurrencyLimit {
  /** At least 1. */
  read(): number;
  /** Tells that a call has ended: how long it took, in milliseconds, and whether the server coped. */
  end(duration: number, coped: boolean): void;
}

/** Replies slower than usual by this factor and this many milliseconds say that the server is busy. */
const FACTOR = 3;
const SLACK = 100;

/**
 * A limit that starts at `most`, falls by half with each failure and by a little with each reply while replies are slow,
 * and climbs back by one for each round of good ones (additive increase, multiplicative decrease).
 *
 * Slow is what half of the latest replies are. Of any server some replies take ten times as long as others, and a limit
 * that fell with each of these would leave much of the allowance unused.
 */
export function createConcurrencyLimit(most: number): ConcurrencyLimit {
  let limit = most;
  let recent: number | undefined;
  let usual: number | undefined;
  return {
    read: () => Math.floor(limit),
    end(duration, coped) {
      if (!coped) {
        limit = Math.max(1, limit / 2);
        return;
      }
      recent = median(recent, duration, 1.1);
      // It follows more slowly, so that a server that has become slower for good is not taken for busy for ever.
      usual = median(usual, duration, 1.01);
      const isSlow = recent > usual * FACTOR + SLACK;
      limit = isSlow ? Math.max(1, limit * 0.95) : Math.min(most, limit + 1 / limit);
    },
  };
}

/** Moves an estimate of the median by one step towards a duration. */
function median(estimate: number | undefined, duration: number, step: number): number {
  if (estimate === undefined) return Math.max(1, duration);
  return duration > estimate ? estimate * step : Math.max(1, estimate / step);
}
