import { closedReceipt, type Outcome, openReceipt } from "@intercom-events/core";
import { watchPage } from "./page-life.ts";
import { dropped, type EncodedPageEvent, type Lane, type LaneSettings } from "./route.ts";

/** The place where a line leads to, and how long events wait for it. */
export interface Door {
  isOpen(): boolean;
  /** Hands one event over, right after `isOpen` answered `true`. Never throws. */
  handOver(event: EncodedPageEvent): Outcome;
  /** Milliseconds an event waits before it is dropped as `expired`, or takes the fallback. */
  readonly timeout: number;
}

/** Milliseconds from one look at a closed door to the next: the shortest wait that is not felt. */
const INTERVAL = 100;

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
 * listens to the page only while an event waits.
 *
 * @param fallback the way of events that have waited in vain
 */
export function createWaitingLine(door: Door, settings: LaneSettings, fallback?: Lane): Lane {
  const { clock, maxEvents, maxBytes, policy } = settings;
  const line: Waiting[] = [];
  let stopWatching: (() => void) | undefined;
  let looking = false;

  function look(isLast = false): void {
    // Handing over runs code of the page, which may track again: that event takes its place in the line.
    if (looking) return;
    looking = true;
    stopWatching?.();
    // Only what waits now, so that an event tracked for each event handed over cannot hold the page up.
    for (let left = line.length; left > 0 && door.isOpen(); left--) {
      const next = line.shift();
      next?.settle(door.handOver(next.event));
    }
    while (line[0] && (line[0].until <= clock.now() || (isLast && fallback))) {
      turnAway(line.shift() as Waiting);
    }
    looking = false;
    watch();
  }

  function turnAway({ event, trackedAt, settle }: Waiting): void {
    if (fallback) fallback.send(event, trackedAt).then(settle);
    else settle(dropped("expired"));
  }

  function watch(): void {
    const [first] = line;
    if (!first) return;
    // A clock that was put back must not make them wait longer.
    const latest = clock.now() + door.timeout;
    for (const waiting of line) waiting.until = Math.min(waiting.until, latest);
    const stopTimer = clock.after(Math.min(INTERVAL, first.until - clock.now()), look);
    // The last moment before the page goes, and the first after its timers were slowed down or frozen.
    const endWatch = watchPage((moment) => look(moment === "pagehide"));
    stopWatching = () => {
      stopTimer();
      endWatch();
      stopWatching = undefined;
    };
  }

  /** Whether another event may wait, where need be in the place of the first. */
  function hasRoom(size: number): boolean {
    const isFull = () =>
      line.length >= maxEvents || line.reduce((sum, other) => sum + other.size, size) > maxBytes;
    if (isFull()) look();
    // What is too large for any line drops none.
    while (isFull() && policy === "drop_oldest" && line.length > 0 && size <= maxBytes) {
      line.shift()?.settle(dropped("queue_full"));
    }
    return !isFull();
  }

  return {
    send(event, trackedAt) {
      const size = JSON.stringify(event).length;
      if (!hasRoom(size)) return closedReceipt(dropped("queue_full"));
      const { receipt, settle, keep } = openReceipt();
      keep(true);
      line.push({ event, trackedAt, size, until: trackedAt + door.timeout, settle });
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
      for (const { settle } of given) settle(dropped(reason));
      return given.length + (fallback?.drop(reason) ?? 0);
    },
    size: () => line.length + (fallback?.size() ?? 0),
  };
}
