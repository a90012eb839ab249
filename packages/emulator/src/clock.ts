import { checkKeys, isInteger, misuse } from "./misuse.ts";

/** What the emulator's clock shows. */
export interface ClockState {
  /** Milliseconds since 1970. */
  readonly now: number;
  /** True while it stands still. */
  readonly frozen: boolean;
}

/** The emulator's clock: it stamps Messenger events, dates replies, ends rate windows and ages events. */
export interface EmulatorClock {
  /** Milliseconds since 1970. */
  now(): number;
  /**
   * Stops the clock, here or at a time in milliseconds since 1970.
   * @throws TypeError when the time is no such integer
   */
  freeze(at?: number): void;
  /**
   * Puts the clock to a time in milliseconds since 1970, from which it goes on, or stands as before.
   * @throws TypeError when the time is no such integer
   */
  set(at: number): void;
  /**
   * Moves the clock forwards, or backwards, by milliseconds.
   * @throws TypeError when they are no integer, or lead out of the calendar
   */
  advance(ms: number): void;
  /** Lets a frozen clock go on from where it stands. */
  resume(): void;
  /** Back to the clock that was given as an option, running. */
  reset(): void;
  /** The time, and whether it stands still. */
  state(): ClockState;
}

/** The last millisecond of the year 9999, so that no time needs a longer notation. */
const latest = 253_402_300_799_999;
const action = "set clock";

function checkTime(time: unknown, name: string): asserts time is number {
  if (!isInteger(time, 0, latest)) throw misuse(action, name, `milliseconds from 0 to ${latest}`, time);
}

function checkStep(ms: unknown): asserts ms is number {
  if (!Number.isSafeInteger(ms)) throw misuse(action, "advance", "an integer of milliseconds", ms);
}

/** Creates a clock that shows the time of `base`. `onChange` is called after it was moved, stopped or started. */
export function createClock(base: () => number, onChange: () => void): EmulatorClock {
  let offset = 0;
  let frozenAt: number | undefined;
  const now = (): number => frozenAt ?? base() + offset;

  function show(time: unknown, name: string): void {
    checkTime(time, name);
    if (frozenAt === undefined) offset = time - base();
    else frozenAt = time;
  }

  return {
    now,
    freeze(at = Math.floor(now())) {
      show(at, "freeze");
      frozenAt = at;
      onChange();
    },
    set(at) {
      show(at, "now");
      onChange();
    },
    advance(ms) {
      checkStep(ms);
      show(Math.floor(now()) + ms, "advance");
      onChange();
    },
    resume() {
      if (frozenAt !== undefined) offset = frozenAt - base();
      frozenAt = undefined;
      onChange();
    },
    reset() {
      offset = 0;
      frozenAt = undefined;
      onChange();
    },
    state: () => ({ now: now(), frozen: frozenAt !== undefined }),
  };
}

/**
 * Does what a control request asks of the clock: `now`, `advance` and `frozen`, in this order.
 * @throws TypeError naming the first thing that is wrong
 */
export function moveClock(clock: EmulatorClock, value: unknown): ClockState {
  checkKeys(action, value, { name: "clock", known: ["frozen", "now", "advance"] });
  const { frozen, now, advance } = value;
  if (frozen !== undefined && typeof frozen !== "boolean") {
    throw misuse(action, "frozen", "true or false", frozen);
  }
  // All of it before any is done.
  if (now !== undefined) checkTime(now, "now");
  if (advance !== undefined) {
    checkStep(advance);
    checkTime((now ?? Math.floor(clock.now())) + advance, "advance");
  }
  if (now !== undefined) clock.set(now);
  if (advance !== undefined) clock.advance(advance);
  if (frozen === true) clock.freeze();
  if (frozen === false) clock.resume();
  return clock.state();
}
