import type { Clock } from "./clock.ts";

/** Work that is done time and again, and takes but a small part of the time; {@link createSpacedWork}. */
export interface SpacedWork {
  /** Has it done at once, or after the rest that it takes just now. */
  ask(): void;
  /** Has it done after each rest, until the returned function is called. */
  repeat(): () => void;
  /** Has it done no more. */
  stop(): void;
}

/** Milliseconds it rests at least, and at most: a clock that is corrected makes it seem to have taken for ever. */
const MIN_REST = 1000;
const MAX_REST = 60_000;

/** It rests so many times as long as it took. */
const REST = 20;

/**
 * Work that has not been done yet.
 *
 * @param work never rejects
 */
export function createSpacedWork(clock: Clock, work: () => Promise<void>): SpacedWork {
  let isUnderWay = false;
  let isAsked = false;
  let isStopped = false;
  let repeating = 0;
  let cancel = (): void => undefined;

  async function run(): Promise<void> {
    isUnderWay = true;
    isAsked = false;
    const startedAt = clock.now();
    await work();
    if (isStopped) return;
    const rest = (clock.now() - startedAt) * REST;
    cancel = clock.after(Math.min(Math.max(rest, MIN_REST), MAX_REST), () => {
      isUnderWay = false;
      if (isAsked || repeating > 0) ask();
    });
  }

  function ask(): void {
    if (isUnderWay) isAsked = true;
    else if (!isStopped) void run();
  }

  return {
    ask,
    repeat() {
      let isOver = false;
      repeating += 1;
      ask();
      return () => {
        if (!isOver) repeating -= 1;
        isOver = true;
      };
    },
    stop() {
      isStopped = true;
      cancel();
    },
  };
}
