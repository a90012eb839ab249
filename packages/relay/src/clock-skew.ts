/** Seconds: corrections are in steps of five minutes. */
const STEP = 300;

/** Where a step begins: far from whole hours, by which a clock with the wrong time zone is off, give or take a second. */
const START = 150;

/** Seconds that no clock is taken for wrong by. */
const TOLERANCE = 600;

/**
 * How far the clock of a page is behind the relay's, in seconds; less than 0 if it is ahead, 0 if the page says no time.
 *
 * @param sentAt when the page sent a request by its own clock, in Unix seconds
 * @param now when it came, in milliseconds since the epoch
 */
export function clockSkew(sentAt: number | undefined, now: number): number {
  return sentAt === undefined ? 0 : now / 1000 - sentAt;
}

/**
 * Seconds to add to a time of a clock that is so far behind: 0 unless it is far off. A request that comes again has spent
 * another time on its way, and its events must get the same times again: in coarse steps the correction is the same for
 * nearly all, and it depends on nothing that passes. It is never too great, so that no event is moved into the future.
 *
 * @param behind in seconds
 * @param maxAhead milliseconds that clocks of pages may be off
 */
export function correctionOf(behind: number, maxAhead: number): number {
  const correction = Math.floor((behind - START) / STEP) * STEP + START;
  return Math.abs(correction) > Math.max(maxAhead / 1000, TOLERANCE) ? correction : 0;
}
