import { closedReceipt, type Outcome, openReceipt } from "@intercom-events/core";
import { dropped, type EncodedPageEvent, type Lane, type LaneSettings } from "./route.ts";

/** The place where a line leads to, and how long events wait for it. */
export interface Door {
  isOpen(): boolean;
  /** Hands one event over, right after `isOpen` answered `true`. Never throws. */
  handOver(event: EncodedPageEvent): Outcome;
  /**
   * Calls back when it is worth looking at the door before the next look is due, and says whether there may
   * be no later one; answers how to end that.
   */
  onHint(callback: (isLast: boolean) => void): () => void;
  /** Milliseconds an event waits before it is dropped as `expired`, or takes the fallback. */
  readonly timeout: number;
  /** Milliseconds from one look at a closed door to the next. */
  readonly interval: number;
}

interface Waiting {
  readonly event: EncodedPageEvent;
  readonly trackedAt: number;
  readonly size: number;
  /** When it expires, in milliseconds since the epoch. */
  until: number;
  readonly settle: (outcome: Outcome) => void;
}

/**
 * Events in the order they came, in memory, until the door opens. It looks at the door by a timer and
 * listens for hints only while an event waits.
 *
 * @param fallback the way of events that have waited in vain
 */
export function createWaitingLine(door: Door, settings: LaneSettings, fallback?: Lane): Lane {
  const { clock, maxEvents, maxBytes, policy } = settings;
  const line: Waiting[] = [];
  let bytes = 0;
  let stopWatching: (() => void) | undefined;
  let looking = false;

  function look(isLast = false): void {
    // Handing over runs code of the page, which may track again: that event takes its place in the line.
    if (looking) return;
    looking = true;
    stopWatching?.();
    // Only what waits now, so that an event tracked for each event handed over cannot hold the page up.
    for (let left = line.length; left > 0 && door.isOpen(); left--) {
      const next = shift();
      next?.settle(door.handOver(next.event));
    }
    while (line[0] && (line[0].until <= clock.now() || (isLast && fallback))) turnAway();
    looking = false;
    watch();
  }

  function shift(): Waiting | undefined {
    const next = line.shift();
    bytes -= next?.size ?? 0;
    return next;
  }

  function turnAway(): void {
    const next = shift();
    if (!next) return;
    if (fallback) fallback.send(next.event, next.trackedAt).then(next.settle);
    else next.settle(dropped("expired"));
  }

  function watch(): void {
    const [first] = line;
    if (!first) return;
    // A clock that was put back must not make it wait longer.
    first.until = Math.min(first.until, clock.now() + door.timeout);
    const stopTimer = clock.after(Math.min(door.interval, first.until - clock.now()), look);
    const stopHints = door.onHint(look);
    stopWatching = () => {
      stopTimer();
      stopHints();
      stopWatching = undefined;
    };
  }

  /** Whether another event may wait, where need be in the place of the first. */
  function hasRoom(size: number): boolean {
    const isFull = () => line.length >= maxEvents || bytes + size > maxBytes;
    if (isFull()) look();
    while (isFull() && policy === "drop_oldest" && line.length > 0) shift()?.settle(dropped("queue_full"));
    return !isFull();
  }

  return {
    send(event, trackedAt) {
      const size = JSON.stringify(event).length;
      if (!hasRoom(size)) return closedReceipt(dropped("queue_full"));
      const { receipt, settle } = openReceipt();
      line.push({ event, trackedAt, size, until: trackedAt + door.timeout, settle });
      bytes += size;
      look();
      return receipt;
    },
    flush() {
      look();
      fallback?.flush();
    },
    drop(reason) {
      stopWatching?.();
      const given = line.splice(0);
      bytes = 0;
      for (const { settle } of given) settle(dropped(reason));
      return given.length + (fallback?.drop(reason) ?? 0);
    },
    size: () => line.length + (fallback?.size() ?? 0),
  };
}
