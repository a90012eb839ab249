/**
 * How a caller takes its part of an allowance that others use too, and that nobody divides among them. It
 * hears what is left only with its own replies, and estimates the rest (see `contention.ts`).
 */

/** What was left when the server said so. */
export interface Known {
  /** Calls left. */
  readonly left: number;
  /** When that was said, in milliseconds since the epoch. */
  readonly at: number;
  /** When all that is left is to be used, likewise. */
  readonly until: number;
  /** Calls of others for each of ours. */
  readonly others: number;
}

/**
 * An even part is aimed at by taking more than one's part where that is small: with shares of 1:9, the
 * next ones are those to this power, about 1:4.7.
 */
const EVENNESS = 0.7;

/** What is left by now if others go on taking their part of it evenly. */
export function expectedLeft({ left, at, until, others }: Known, now: number): number {
  const passed = Math.min(1, Math.max(0, now - at) / Math.max(1, until - at));
  return left * (1 - (others / (1 + others)) * passed);
}

/** Our part of it, in calls, so that all together use what is left, and come closer to even parts. */
export function partOf(left: number, others: number): number {
  return left / (1 + others) ** EVENNESS;
}

/**
 * Calls to be left to others at the end of a window. Each of them makes one more call until it hears that
 * nothing is left for it, and those that it starts until it does: as many as we would, which is half a call less
 * on average, as the first is made already. What is left are whole calls, so that another half rounds up.
 *
 * @param rate our calls in a millisecond
 * @param latency how long a call takes, in milliseconds
 */
export function reserveFor(others: number, rate: number, latency: number): number {
  return 0.5 + others * Math.max(1, 0.5 + rate * latency);
}
