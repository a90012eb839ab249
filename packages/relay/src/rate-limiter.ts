/** How many events a caller may send. */
export interface RateBounds {
  /** Events within a window, which may all come at once. */
  readonly events: number;
  /** Milliseconds. */
  readonly window: number;
  /** Callers remembered. */
  readonly maxCallers: number;
}

/** Limits how much each caller sends; {@link createRateLimiter}. */
export interface RateLimiter {
  /**
   * Takes some events of a caller's allowance, all or none.
   *
   * @param milliseconds since the epoch
   * @returns 0, or the milliseconds to wait until there is room for them
   */
  take(caller: string, events: number, milliseconds: number): number;
}

/** Of an event: less than that is left of fractions. */
const TOLERANCE = 1e-6;

/**
 * An allowance per caller that comes back evenly. Of each caller it remembers one number: when the whole
 * allowance will be back (the generic cell rate algorithm). Who is forgotten starts with a whole one.
 *
 * Its unit of time is what brings back one event, from the first time heard of: so what is added are whole numbers, of
 * which nothing is rounded away as it is of fractions added to milliseconds since the epoch.
 */
export function createRateLimiter({ events: limit, window, maxCallers }: RateBounds): RateLimiter {
  let start: number | undefined;
  /** The one heard of last comes last. */
  const wholeAt = new Map<string, number>();
  return {
    take(caller, events, milliseconds) {
      start ??= milliseconds;
      const now = ((milliseconds - start) * limit) / window;
      // A clock that was corrected makes nobody wait for longer than a window.
      const from = Math.min(Math.max(wholeAt.get(caller) ?? now, now), now + limit);
      const next = from + events;
      const excess = next - limit - now;
      const isRefused = excess > TOLERANCE;
      // Who is refused is heard of, too: forgotten meanwhile, they would start anew.
      wholeAt.delete(caller);
      wholeAt.set(caller, isRefused ? from : next);
      if (wholeAt.size > maxCallers) wholeAt.delete(wholeAt.keys().next().value as string);
      return isRefused ? (excess * window) / limit : 0;
    },
  };
}
