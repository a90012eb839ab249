import type { Clock } from "./clock.ts";

/** Work that is done when it is due, and never twice at the same time; {@link createDueWork}. */
export interface DueWork {
  /** Has it done in so many milliseconds, unless it is due before that, or under way. */
  schedule(wait: number): void;
  /** Does it at once; it must not be under way. */
  start(): Promise<void>;
  /** What is under way. */
  underWay(): Promise<void> | undefined;
  /** Since when that is, in milliseconds since the epoch; infinite if nothing is. */
  startedAt(): number;
  /** Lets the process end, though it is not done. */
  letGo(): void;
  /** Has it scheduled no more. What is under way goes on. */
  stop(): void;
}

/** What it is made of. */
export interface DueWorkOptions {
  readonly clock: Clock;
  /** Never rejects. */
  readonly work: () => Promise<void>;
  /** In how many milliseconds after it was done it is due again, if there is more to do. */
  readonly next: () => number | undefined;
  /** Whether the process must not end before it is done. */
  readonly keepsAlive: () => boolean;
}

/** Work that is not due. */
export function createDueWork({ clock, work, next, keepsAlive }: DueWorkOptions): DueWork {
  let underWay: Promise<void> | undefined;
  let startedAt = Number.POSITIVE_INFINITY;
  let dueAt = Number.POSITIVE_INFINITY;
  let cancel = (): void => undefined;
  let endWakefulness: (() => void) | undefined;
  let isStopped = false;

  function letGo(): void {
    endWakefulness?.();
    endWakefulness = undefined;
  }

  function schedule(wait: number): void {
    const at = clock.now() + wait;
    if (isStopped || underWay || at >= dueAt) return;
    cancel();
    dueAt = at;
    if (keepsAlive()) endWakefulness ??= clock.keepAlive?.();
    cancel = wait === 0 && clock.soon ? clock.soon(start) : clock.after(wait, start);
  }

  function start(): Promise<void> {
    cancel();
    dueAt = Number.POSITIVE_INFINITY;
    startedAt = clock.now();
    // Not at once: what is called in it may have further work scheduled.
    underWay = Promise.resolve()
      .then(work)
      .finally(() => {
        underWay = undefined;
        startedAt = Number.POSITIVE_INFINITY;
        letGo();
        const wait = next();
        if (wait !== undefined) schedule(wait);
      });
    return underWay;
  }

  return {
    schedule,
    start,
    underWay: () => underWay,
    startedAt: () => startedAt,
    letGo,
    stop() {
      isStopped = true;
      cancel();
    },
  };
}
