/** A time that goes on while the clock is put back; {@link createSteadyTime}. */
export interface SteadyTime {
  /** The steady time at a time of the clock that was read just now, both in milliseconds since the epoch. */
  at(now: number): number;
  /** Milliseconds that it is ahead of the clock. */
  ahead(): number;
}

/** Shorter steps back, in milliseconds, are none: who has read the clock before others may ask after them. */
const SHORT = 1000;

/** A steady time that is the clock's until that is put back; from then on it is ahead of it by as much. */
export function createSteadyTime(): SteadyTime {
  let last = Number.NEGATIVE_INFINITY;
  let ahead = 0;
  return {
    at(now) {
      if (now < last - SHORT) ahead += last - now;
      last = now;
      return now + ahead;
    },
    ahead: () => ahead,
  };
}
