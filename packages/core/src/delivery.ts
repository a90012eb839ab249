import { atEndOfTick } from "./at-end-of-tick.ts";
import type { Attempt, OpenAttempt } from "./attempt.ts";
import { type Clock, MAX_DELAY } from "./clock.ts";
import type { ConcurrencyLimit } from "./concurrency-limit.ts";
import { createFifo } from "./fifo.ts";
import { createHeap } from "./heap.ts";
import type { FailedVerdict } from "./intercom-error.ts";
import type { Outcome } from "./outcome.ts";
import type { Pacer } from "./pacer.ts";
import { parseRetryAfter } from "./parse-reset.ts";
import type { PendingEvent } from "./pending-event.ts";
import { nextStep, type RetryPolicy } from "./retry-policy.ts";
import { createSteadyTime } from "./steady-time.ts";

/** Sends pending events, each until it has an outcome; {@link createDelivery}. */
export interface Delivery {
  add(event: PendingEvent): void;
  /** Takes out the first event of those that wait for their turn, or an earlier one that waits to be sent again. */
  takeOldest(): PendingEvent | undefined;
  /** Events being sent. */
  inFlight(): number;
  /** When the oldest event was tracked, in milliseconds since the epoch. */
  oldest(): number | undefined;
  /** How many events have no outcome. */
  size(): number;
  /** Why nothing is being sent, while that is so. */
  paused(): FailedVerdict | undefined;
  /** Sends again after a pause. */
  resume(): void;
  /** Takes out all events one by one, tells `leave` of each, and ends what is under way. */
  stop(leave: (event: PendingEvent) => void): void;
}

/** What a delivery is made of. */
export interface DeliveryOptions {
  readonly clock: Clock;
  /** At least 0 and less than 1. */
  readonly random: () => number;
  readonly pacer: Pacer;
  readonly concurrency: ConcurrencyLimit;
  readonly retry: RetryPolicy;
  /** Starts an attempt of an event. */
  readonly start: (event: PendingEvent) => OpenAttempt;
  /** Told once how each event ended. */
  readonly end: (event: PendingEvent, outcome: Outcome) => void;
  /**
   * Asked whether somebody else keeps an event that is to be sent again, not before a time in
   * milliseconds since the epoch, and adds it then.
   */
  readonly park: (event: PendingEvent, dueAt: number) => boolean;
  /** Told that an event will be sent again, not before that time, and for how many milliseconds nothing has got through. */
  readonly retrying: (event: PendingEvent, verdict: FailedVerdict, dueAt: number, outage: number) => void;
  /** Told that nothing is sent any more, and why. */
  readonly pausing: (verdict: FailedVerdict) => void;
}

interface UnderWay {
  readonly event: PendingEvent;
  /** `undefined` while it is being started. */
  attempt: OpenAttempt | undefined;
  /** In steady time. */
  readonly startedAt: number;
  /** Its index in the list; -1 once it has left. */
  place: number;
}

/** Verdicts that say the server did not cope. */
const FAILURES: ReadonlySet<string> = new Set(["server_error", "unreachable", "timeout"]);

/** While nothing gets through, no event is tried for this part of the time that has lasted, and so many milliseconds at most. */
const REST = 0.05;
const MAX_REST = 1000;

/** An idle delivery. */
export function createDelivery(options: DeliveryOptions): Delivery {
  const { clock, random, pacer, concurrency, retry, start, end, park, retrying, pausing } = options;
  // What is waited for is due in steady time: a clock that is put back must not put it off.
  const time = createSteadyTime();
  const ready = createFifo<PendingEvent>();
  const later = createHeap<PendingEvent>();
  // Not a Map: one that is filled and emptied for ever has the garbage collector keep what has left it, as each
  // table that V8 replaces points to the next one.
  const underWay: UnderWay[] = [];
  const createdAt = clock.now();
  let pausedBy: FailedVerdict | undefined;
  /** Since when the token is refused, in milliseconds since the epoch. */
  let refusedSince: number | undefined;
  /** Since when all calls have failed or been limited, in steady time; `undefined` after one that was not. */
  let failingSince: number | undefined;
  /** Until when no event is tried, likewise: each would fail, and have to wait for longer than the outage lasts. */
  let restUntil = 0;
  let wakeAt = Number.POSITIVE_INFINITY;
  let cancelWake = (): void => undefined;

  /** Not within `track`, whose caller is not to wait for the work of sending. */
  const schedule = atEndOfTick(() => work(clock.now()));

  /** Sends what may be sent now, and sets the alarm for what may be sent next. */
  function work(now: number): void {
    const steady = time.at(now);
    promote(steady);
    let nextAt = later.nextAt() ?? Number.POSITIVE_INFINITY;
    for (let event = ready.peek(); event; event = ready.peek()) {
      if (pausedBy) {
        const expiresAt = Math.max(event.trackedAt, refusedSince ?? 0) + retry.maxAge;
        if (expiresAt <= now) {
          ready.shift();
          end(event, { status: "dropped", reason: "expired" });
          continue;
        }
        nextAt = Math.min(nextAt, steady + expiresAt - now);
        break;
      }
      if (underWay.length >= concurrency.read()) break;
      const wait = restUntil > steady ? restUntil - steady : pacer.start(now);
      if (wait > 0) {
        nextAt = Math.min(nextAt, steady + wait);
        break;
      }
      send(event, steady);
    }
    wake(nextAt, steady);
  }

  function promote(now: number): void {
    for (let dueAt = later.nextAt(); dueAt !== undefined && dueAt <= now; dueAt = later.nextAt()) {
      const event = later.pop();
      if (event) ready.push(event);
    }
  }

  function wake(at: number, now: number): void {
    if (at === wakeAt) return;
    cancelWake();
    wakeAt = at;
    if (at === Number.POSITIVE_INFINITY) return;
    cancelWake = clock.after(Math.min(Math.max(at - now, 0), MAX_DELAY), () => {
      wakeAt = Number.POSITIVE_INFINITY;
      schedule();
    });
  }

  function send(event: PendingEvent, startedAt: number): void {
    // Before it is started, as whoever is told of that may look at the counts, or have the oldest event make room.
    ready.shift();
    event.attempts += 1;
    const entry: UnderWay = { event, attempt: undefined, startedAt, place: underWay.length };
    underWay.push(entry);
    entry.attempt = start(event);
    entry.attempt.result.then((ended) => {
      const { verdict, reply } = ended;
      const now = clock.now();
      const duration = time.at(now) - startedAt;
      const limited = verdict.kind === "rate_limited" ? verdict : undefined;
      pacer.end({ startedAt: now - duration, now, reply, limited });
      if (entry.place < 0) return; // It was stopped.
      takeOut(entry);
      const hasFailed = FAILURES.has(verdict.kind);
      concurrency.end(duration, !hasFailed);
      const steady = time.at(now);
      failingSince = hasFailed || limited ? (failingSince ?? steady) : undefined;
      // A 500 may be the fault of its event alone, which is to hold up no other.
      const isDown = hasFailed && !("status" in verdict && verdict.status === 500);
      restUntil = isDown ? steady + Math.min((steady - (failingSince ?? steady)) * REST, MAX_REST) : 0;
      follow(event, ended, now);
      schedule();
    });
  }

  /** The last one comes to its place. */
  function takeOut(entry: UnderWay): void {
    const last = underWay.pop() as UnderWay;
    if (last !== entry) {
      underWay[entry.place] = last;
      last.place = entry.place;
    }
    entry.place = -1;
  }

  /** Does what follows an attempt. */
  function follow(event: PendingEvent, attempt: Attempt, now: number): void {
    const { verdict, reply } = attempt;
    // In a pause it is of an attempt from before, and changes nothing.
    if (!pausedBy && verdict.kind !== "unauthorized" && verdict.kind !== "forbidden")
      refusedSince = undefined;
    if (verdict.kind === "accepted") {
      end(event, accepted(attempt, event.attempts));
      return;
    }
    const step = nextStep(verdict, event, retry, {
      now,
      startedAt: createdAt,
      random: random(),
      askedFor: askedFor(verdict, reply, now),
    });
    if (FAILURES.has(verdict.kind)) event.failures += 1;
    if (verdict.kind === "contact_not_found") event.missingSince ??= now;
    switch (step.step) {
      case "end":
        end(event, { status: "rejected", verdict, attempts: event.attempts });
        break;
      case "expire":
        end(event, { status: "dropped", reason: "expired" });
        break;
      case "retry":
        if (!park(event, step.dueAt)) later.push(step.dueAt + time.ahead(), event);
        retrying(event, verdict, step.dueAt, failingSince === undefined ? 0 : time.at(now) - failingSince);
        break;
      case "pause":
        ready.push(event);
        pause(verdict, now);
        break;
      default:
        step satisfies never;
    }
  }

  function pause(verdict: FailedVerdict, now: number): void {
    if (pausedBy) return;
    pausedBy = verdict;
    refusedSince ??= now;
    pausing(verdict);
  }

  const waiting = (): PendingEvent[] => [...ready.items(), ...later.items()];

  return {
    add(event) {
      ready.push(event);
      schedule();
    },
    // Those that wait to be sent again are few, or soon will be: this takes them out first.
    takeOldest: () =>
      later.popLowest(trackedFirst, ready.peek()?.sequence ?? Number.POSITIVE_INFINITY) ?? ready.shift(),
    inFlight: () => underWay.length,
    oldest() {
      let oldest: number | undefined;
      for (const { trackedAt } of [...underWay.map(({ event }) => event), ...waiting()]) {
        if (oldest === undefined || trackedAt < oldest) oldest = trackedAt;
      }
      return oldest;
    },
    size: () => underWay.length + ready.size() + later.size(),
    paused: () => pausedBy,
    resume() {
      pausedBy = undefined;
      schedule();
    },
    stop(leave) {
      pausedBy = undefined; // There is nothing to be resumed.
      wake(Number.POSITIVE_INFINITY, 0);
      for (const entry of [...underWay]) {
        takeOut(entry);
        leave(entry.event);
        entry.attempt?.abort();
      }
      for (let event = ready.shift(); event; event = ready.shift()) leave(event);
      for (let event = later.pop(); event; event = later.pop()) leave(event);
    },
  };
}

function trackedFirst({ sequence }: PendingEvent): number {
  return sequence;
}

/** When the server asks to be asked again, in milliseconds since the epoch. */
function askedFor(verdict: Attempt["verdict"], reply: Attempt["reply"], now: number): number | undefined {
  return verdict.kind === "rate_limited" ? verdict.resetAt : reply && parseRetryAfter(reply.headers, now);
}

function accepted({ requestId }: Attempt, attempts: number): Outcome {
  return { status: "accepted", attempts, ...(requestId !== undefined && { requestId }) };
}
