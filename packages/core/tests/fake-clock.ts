import type { Clock } from "../src/clock.ts";

/** A clock that stands still until it is told to go on. */
export interface FakeClock extends Clock {
  /** Lets some milliseconds pass, calling what is due on the way. */
  advance(milliseconds: number): void;
  /** Lets some milliseconds pass in which nothing can be called, as when a process is stopped, and then calls what is due. */
  freeze(milliseconds: number): void;
  /** Puts the clock to another time without calling anything, as when a machine sleeps or its clock is corrected. */
  set(now: number): void;
  /** How many timers there are. */
  timers(): number;
}

/** A clock that starts at a time with milliseconds in it, as real times have. */
export function fakeClock(now = 1_700_000_000_987): FakeClock {
  const timers = new Set<{ at: number; callback: () => void }>();
  // As on real machines, timers go by a time that nobody corrects.
  let elapsed = 0;
  let ahead = now;

  function advance(milliseconds: number): void {
    const end = elapsed + milliseconds;
    for (;;) {
      const [next] = [...timers].filter(({ at }) => at <= end).sort((a, b) => a.at - b.at);
      if (!next) break;
      timers.delete(next);
      elapsed = Math.max(elapsed, next.at);
      next.callback();
    }
    elapsed = end;
  }

  return {
    now: () => ahead + elapsed,
    after(milliseconds, callback) {
      const timer = { at: elapsed + milliseconds, callback };
      timers.add(timer);
      return () => timers.delete(timer);
    },
    advance,
    freeze(milliseconds) {
      elapsed += milliseconds;
      advance(0);
    },
    set(time) {
      ahead = time - elapsed;
    },
    timers: () => timers.size,
  };
}
