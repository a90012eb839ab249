import { closedReceipt, type Outcome, openReceipt } from "@intercom-events/core";
import { dropped, type EncodedPageEvent, type Lane, type LaneSettings } from "./route.ts";

/** The place where a line leads to, and how long events wait for it. */
export interface Door {
  isOpen(): boolean;
  /** Hands one event over, right after `isOpen` answered `true`. Never throws. */
  handOver(event: EncodedPageEvent): Outcome;
  /** Calls back when it is worth looking at the door before the next look is due; answers how to end that. */
  onHint(callback: () => void): () => void;
  /** Milliseconds an event waits before it is dropped as `expired`. */
  readonly timeout: number;
  /** Milliseconds from one look at a closed door to the next. */
  readonly interval: number;
}

interface Waiting {
  readonly event: EncodedPageEvent;
  /** When it expires, in milliseconds since the epoch. */
  readonly until: number;
  readonly settle: (outcome: Outcome) => void;
}

/**
 * Events in the order they came, in memory, until the door opens. It looks at the door by a timer and
 * listens for hints only while an event waits.
 */
export function createWaitingLine(door: Door, { clock, maxEvents }: LaneSettings): Lane {
  const line: Waiting[] = [];
  let stopWatching: (() => void) | undefined;
  let looking = false;

  function look(): void {
    // Handing over runs code of the page, which may track again: that event takes its place in the line.
    if (looking) return;
    looking = true;
    stopWatching?.();
    // Only what waits now, so that an event tracked for each event handed over cannot hold the page up.
    for (let left = line.length; left > 0 && door.isOpen(); left--) {
      const next = line.shift();
      next?.settle(door.handOver(next.event));
    }
    while (line[0] && line[0].until <= clock.now()) line.shift()?.settle(dropped("expired"));
    looking = false;
    watch();
  }

  function watch(): void {
    const [first] = line;
    if (!first) return;
    const stopTimer = clock.after(Math.min(door.interval, first.until - clock.now()), look);
    const stopHints = door.onHint(look);
    stopWatching = () => {
      stopTimer();
      stopHints();
      stopWatching = undefined;
    };
  }

  return {
    send(event) {
      if (line.length >= maxEvents) look();
      if (line.length >= maxEvents) return closedReceipt(dropped("queue_full"));
      const { receipt, settle } = openReceipt();
      line.push({ event, until: clock.now() + door.timeout, settle });
      look();
      return receipt;
    },
    flush: look,
    drop(reason) {
      stopWatching?.();
      const given = line.splice(0);
      for (const { settle } of given) settle(dropped(reason));
      return given.length;
    },
  };
}
