/** How many events a caller may send. */
export interface RateBounds {
  /** Events within a window, which may all come at once. */
  readonly events: number;
  /** Milliseconds. */
  readonly window: number;
  /** Callers remembered. */
  readonly maxCallers: number;
}

/** Counts what each caller sends; {@link createRateMeter}. */
export interface RateMeter {
  /**
   * Takes some events of a caller's allowance, all or none.
   *
   * @param now milliseconds since the epoch
   * @returns 0, or the milliseconds to wait until there is room for them
   */
  take(caller: string, events: number, now: number): number;
  /** Callers remembered. */
  size(): number;
}

/**
 * An allowance per caller that comes back evenly. Of each caller it remembers one number: when the whole
 * allowance will be back (the generic cell rate algorithm). Who is forgotten starts with a whole one.
 */
export function createRateMeter({ events: limit, window, maxCallers }: RateBounds): RateMeter {
  const interval = window / limit;
  /** The one heard of last comes last. */
  const wholeAt = new Map<string, number>();
  return {
    take(caller, events, now) {
      // A clock that was corrected makes nobody wait for longer than a window.
      const from = Math.min(Math.max(wholeAt.get(caller) ?? now, now), now + window);
      const next = from + events * interval;
      const wait = next - window - now;
      // Less is left of sums of fractions.
      const isRefused = wait > 1e-3;
      // Who is refused is heard of, too: forgotten meanwhile, they would start anew.
      wholeAt.delete(caller);
      wholeAt.set(caller, isRefused ? from : next);
      if (wholeAt.size > maxCallers) wholeAt.delete(wholeAt.keys().next().value as string);
      return isRefused ? wait : 0;
    },
    size: () => wholeAt.size,
  };
}
