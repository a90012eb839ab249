/** Seconds: a skew is told in steps of five minutes. */
const STEP = 300;

/** Where a step begins: far from whole hours, by which a clock with the wrong time zone is off, give or take a second. */
const START = 150;

/**
 * How far the clock of a page is behind the relay's, in seconds; less than 0 if it is ahead, 0 if the page says no time.
 * A request that comes again has spent another time on its way, and its events must get the same times again: told
 * coarsely, the skew is the same for nearly all. It is never too great, so that no event is moved into the future.
 *
 * @param sentAt when the page sent it by its own clock, in Unix seconds
 * @param now when it came, in milliseconds since the epoch
 */
export function clockSkew(sentAt: number | undefined, now: number): number {
  return sentAt === undefined ? 0 : Math.floor((now / 1000 - sentAt - START) / STEP) * STEP + START;
}
