/** Calls without an end so far, by when they were started; {@link createOpenCalls}. */
export interface OpenCalls {
  start(now: number): void;
  /** Whether the call is one of them; it no longer is. */
  end(startedAt: number): boolean;
  /** Forgets those that were started before, as nobody will tell of their end, and returns how many they were. */
  forget(before: number): number;
}

/** Milliseconds whose calls are counted together. */
const SPAN = 10_000;

/** None yet. Times are in milliseconds. */
export function createOpenCalls(): OpenCalls {
  const counts = new Map<number, number>();
  const spanOf = (time: number): number => Math.floor(time / SPAN);

  return {
    start(now) {
      const span = spanOf(now);
      counts.set(span, (counts.get(span) ?? 0) + 1);
    },
    end(startedAt) {
      const span = spanOf(startedAt);
      const count = counts.get(span);
      if (count === undefined) return false;
      if (count > 1) counts.set(span, count - 1);
      else counts.delete(span);
      return true;
    },
    forget(before) {
      let forgotten = 0;
      for (const [span, count] of counts) {
        if ((span + 1) * SPAN > before) continue;
        counts.delete(span);
        forgotten += count;
      }
      return forgotten;
    },
  };
}
