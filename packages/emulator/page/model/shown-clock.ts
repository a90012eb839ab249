import type { ClockState } from "../../src/clock.ts";

/** Shows the emulator's time between two messages about it. */
export interface ShownClock {
  set(state: ClockState): void;
  /** Milliseconds since 1970. */
  now(): number;
  frozen(): boolean;
}

/** `elapsed` counts real milliseconds from any start. */
export function createShownClock(elapsed: () => number): ShownClock {
  let state: ClockState = { now: 0, frozen: true };
  let since = 0;
  return {
    set(wanted) {
      state = wanted;
      since = elapsed();
    },
    now: () => (state.frozen ? state.now : state.now + elapsed() - since),
    frozen: () => state.frozen,
  };
}
