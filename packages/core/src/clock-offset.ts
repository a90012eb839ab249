/**
 * How far the local clock is ahead of the server's, in milliseconds, from `Date` headers. A `Date` is
 * up to a second old and the reply some more, so each sample is too high; the smallest of the last
 * ten to twenty seconds is close, and never too low unless a clock was put to another time.
 */
export interface ClockOffset {
  /**
   * Takes the `Date` of a reply that arrived at `now` to a call that began at `startedAt`, all in milliseconds
   * since the epoch.
   */
  observe(date: number, startedAt: number, now: number): void;
  /** `undefined` until there was a `Date`. */
  read(): number | undefined;
}

const SPAN = 10_000;

/** A `Date` has whole seconds. */
const RESOLUTION = 1000;

/** An offset that nothing is known of. */
export function createClockOffset(): ClockOffset {
  let since = Number.NEGATIVE_INFINITY;
  let current: number | undefined;
  let previous: number | undefined;
  const read = (): number | undefined =>
    current === undefined || previous === undefined ? (current ?? previous) : Math.min(current, previous);
  return {
    observe(date, startedAt, now) {
      const sample = now - date;
      // When the call began the `Date` was not a second old: what says so is from before a clock was put to another time.
      if ((read() ?? sample) <= startedAt - date - RESOLUTION) since = Number.NEGATIVE_INFINITY;
      if (now - since >= SPAN || now < since) {
        // After a long silence the old span says nothing any more.
        previous = now - since < 2 * SPAN && now >= since ? current : undefined;
        current = undefined;
        since = now;
      }
      current = current === undefined ? sample : Math.min(current, sample);
    },
    read,
  };
}
