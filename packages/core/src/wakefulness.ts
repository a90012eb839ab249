import type { Clock } from "./clock.ts";

/** Keeps the process alive while somebody waits; {@link createWakefulness}. */
export interface Wakefulness {
  /** One more waits. */
  enter(): void;
  /** One waits no longer. */
  leave(): void;
  /** Lets the process end although somebody waits, until `wake`. */
  rest(): void;
  wake(): void;
}

/**
 * Nobody waits. Timers alone keep no process alive, but a program that awaits an event is not finished.
 *
 * @param clock its `keepAlive` is used, if it has one
 */
export function createWakefulness(clock: Clock): Wakefulness {
  let waiting = 0;
  let isResting = false;
  let letGo: (() => void) | undefined;

  function update(): void {
    const isNeeded = waiting > 0 && !isResting;
    if (isNeeded === (letGo !== undefined)) return;
    if (letGo) {
      letGo();
      letGo = undefined;
    } else {
      letGo = clock.keepAlive?.();
    }
  }

  return {
    enter() {
      waiting += 1;
      update();
    },
    leave() {
      waiting -= 1;
      update();
    },
    rest() {
      isResting = true;
      update();
    },
    wake() {
      isResting = false;
      update();
    },
  };
}
