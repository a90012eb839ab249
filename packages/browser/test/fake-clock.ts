import type { Clock } from "@intercom-events/core";

/** A clock that stands still until it is told to go on. */
export interface FakeClock extends Clock {
  /** Lets some milliseconds pass, calling what is due on the way. */
  advance(milliseconds: number): void;
  /** Lets time pass without calling anything, as on a machine that sleeps. */
  sleep(milliseconds: number): void;
  /** How many timers there are. */
  timers(): number;
}

export function fakeClock(now = 1_700_000_000_000): FakeClock {
  const timers = new Set<{ at: number; callback: () => void }>();
  return {
    now: () => now,
    after(milliseconds, callback) {
      const timer = { at: now + milliseconds, callback };
      timers.add(timer);
      return () => timers.delete(timer);
    },
    advance(milliseconds) {
      const end = now + milliseconds;
      for (;;) {
        const [next] = [...timers].filter(({ at }) => at <= end).sort((a, b) => a.at - b.at);
        if (!next) break;
        timers.delete(next);
        now = Math.max(now, next.at);
        next.callback();
      }
      now = end;
    },
    sleep(milliseconds) {
      now += milliseconds;
    },
    timers: () => timers.size,
  };
}
