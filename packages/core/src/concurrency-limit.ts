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
 * A limit that starts at `most`, falls by half with each failure while most calls fail and by a little with each reply
 * while replies are slow, and climbs back by one for each round of good ones (additive increase, multiplicative decrease).
 *
 * Both go by half of the latest calls. Of any server some replies take ten times as long as others and a few calls fail,
 * and a limit that fell with each of these would leave much of the allowance unused.
 */
export function createConcurrencyLimit(most: number): ConcurrencyLimit {
  let limit = most;
  /** The part of the latest calls that have failed. */
  let failing = 0;
  let recent: number | undefined;
  let usual: number | undefined;
  return {
    read: () => Math.floor(limit),
    end(duration, coped) {
      failing += (Number(!coped) - failing) * 0.05;
      if (!coped) {
        if (failing > 0.5) limit = Math.max(1, limit / 2);
        return;
      }
      recent = median(duration, 0.1, recent);
      // It follows more slowly, so that a server that has become slower for good is not taken for busy for ever.
      usual = median(duration, 0.01, usual);
      const isSlow = recent > usual * FACTOR + SLACK;
      // Not busy with us, if it is as slow with one call at a time; and so few replies would take minutes to show it.
      if (isSlow && limit === 1) usual *= 1.1;
      limit = isSlow ? Math.max(1, limit * 0.95) : Math.min(most, limit + 1 / limit);
    },
  };
}

/** Moves an estimate of the median towards a duration: by a part of it, but a millisecond, or it would hardly leave 0. */
function median(duration: number, part: number, estimate = duration): number {
  return estimate + Math.sign(duration - estimate) * Math.max(1, estimate * part);
}
