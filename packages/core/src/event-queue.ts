import { type Admission, createAdmission } from "./admission.ts";
import type { OpenAttempt } from "./attempt.ts";
import { createAwaitedReceipts } from "./awaited-receipts.ts";
import { createBarrier } from "./barrier.ts";
import type { FlushReport } from "./client.ts";
import { createConcurrencyLimit } from "./concurrency-limit.ts";
import { createDelivery } from "./delivery.ts";
import { createEventIds } from "./event-ids.ts";
import { createIntake } from "./intake.ts";
import { isDelivered } from "./is-delivered.ts";
import { receiptControls } from "./lazy-receipt.ts";
import type { Notifier } from "./notifier.ts";
import type { OutboxRecord } from "./outbox.ts";
import { createOutboxKeeper } from "./outbox-keeper.ts";
import type { DropReason, Outcome } from "./outcome.ts";
import type { Pacer } from "./pacer.ts";
import type { PendingEvent } from "./pending-event.ts";
import { eventOf } from "./record-of.ts";
import type { ClientPolicy } from "./resolve-options.ts";
import { createSameSecond } from "./same-second.ts";
import { createSpilledEvents } from "./spilled-events.ts";
import { type ClientStats, createTally } from "./stats.ts";
import { createWakefulness } from "./wakefulness.ts";

/** All events of a client, from `track` to their outcome; {@link createEventQueue}. */
export interface EventQueue extends Pick<Admission, "track" | "refuse" | "seal"> {
  /**
   * Resolves once all events tracked so far have ended, and those an outbox holds that are due, and the
   * outbox knows.
   *
   * @param expiry when that no longer matters; nothing of it is kept after that
   */
  idle(expiry: Promise<void>): Promise<void>;
  /** Keeps the process alive until the returned function is called, but not while nothing changes by itself. */
  attend(): () => void;
  /** What is left to do, now or by the next client of the outbox. */
  left(): FlushReport;
  /** Sends again after a pause. */
  resume(): void;
  /**
   * Lets go of all events that are left, once it is sealed: those the outbox holds stay there, the others are dropped
   * as `closed`.
   *
   * @returns how many were dropped since it was sealed
   */
  stop(): Promise<number>;
  stats(): ClientStats;
}

/** What a queue is made of. */
export interface EventQueueOptions {
  readonly policy: ClientPolicy;
  readonly pacer: Pacer;
  readonly notifier: Notifier;
  /** Starts an attempt. @param body the JSON to send */
  readonly start: (body: string) => OpenAttempt;
  /** Told that the token is refused, and nothing sent until `resume`. */
  readonly pausing: () => void;
}

/** A queue without events, but for those that its outbox holds. */
export function createEventQueue({ policy, pacer, notifier, start, pausing }: EventQueueOptions): EventQueue {
  const { clock, random, outbox } = policy;
  const tally = createTally();
  const barrier = createBarrier();
  const ids = createEventIds(random);
  const spilled = createSpilledEvents(ids, (outcome, number, receipt) => {
    tally.end(outcome);
    if (number === undefined) {
      barrier.recount();
      return;
    }
    barrier.end(number);
    if (receipt) receipts.settle(receipt, outcome);
    sameSecond.release(number, outcome);
  });
  const wakefulness = createWakefulness(clock);
  const receipts = createAwaitedReceipts(wakefulness, spilled.want);
  /** Events in memory that another process has tracked. */
  let adopted = 0;
  /** Events that somebody is being told of before they are in any other count. */
  let announcing = 0;
  /** Events that had been dropped when it was sealed. */
  let droppedBefore = 0;
  let isStopped = false;
  /** Whether nothing more becomes of events. */
  let isOver = false;

  const delivery = createDelivery({
    clock,
    random,
    pacer,
    concurrency: createConcurrencyLimit(policy.concurrency),
    retry: policy.retry,
    start(event) {
      notifier.attempt(event.body, event.attempts);
      return start(event.body);
    },
    end,
    park: (event, dueAt) => keeper?.retried(event, dueAt) ?? false,
    retrying({ body, missingSince }, verdict, dueAt, outage) {
      const now = clock.now();
      const isMissing = verdict.kind === "contact_not_found" && missingSince !== undefined;
      const missing = isMissing ? now - missingSince : 0;
      notifier.retry(body, verdict, { delay: Math.max(0, dueAt - now), outage, missing });
    },
    pausing(verdict) {
      // Nothing can be expected to change by itself.
      if (typeof policy.token === "string") wakefulness.rest();
      pausing();
      notifier.paused(verdict);
    },
  });

  const keeper =
    outbox &&
    createOutboxKeeper({
      outbox,
      clock,
      bounds: policy.queue,
      delivering: delivery.size,
      deliver,
      spill,
      refuse: (event) => end(event, dropped("not_stored")),
      revive,
      spilled: spilled.count,
      endMissing: spilled.endMissing,
      warn: notifier.warn,
      fallsBack: policy.fallsBack,
    });

  const intake = createIntake({
    bounds: policy.queue,
    add: keeper ? keeper.add : (event) => deliver(event, true),
    takeOldest: keeper ? keeper.takeOldest : delivery.takeOldest,
    drop: (event) => finish(event, dropped("queue_full")),
  });

  const sameSecond = createSameSecond({
    bounds: policy.queue,
    random,
    announce({ body }) {
      announcing += 1;
      notifier.tracked(body);
      announcing -= 1;
      tally.track(); // Not before, as whoever is told may look at the counts.
    },
    letIn(event) {
      if (isStopped) {
        finish(event, dropped("closed"));
        return false;
      }
      if (intake.offer(event) !== "refused") return true;
      finish(event, dropped("queue_full"));
      return false;
    },
    end: finish,
  });

  const admission = createAdmission({
    policy,
    tally,
    notifier,
    receipts,
    barrier,
    ids: keeper && ids,
    sameSecond,
  });

  function deliver(event: PendingEvent, isStored: boolean): void {
    if (event.receipt) receiptControls.store(event.receipt, isStored);
    if (!isStored && event.id !== undefined) spilled.bury(event.id);
    delivery.add(event);
    if (isStored) notifier.stored(event.body);
  }

  /** The outbox holds the event, and memory no longer does. */
  function spill(event: PendingEvent): void {
    if (event.receipt) receiptControls.store(event.receipt, true);
    if (event.isOwn) {
      spilled.add(event);
    } else {
      adopted -= 1;
      barrier.end(event.sequence); // It comes back under another number, when it is due.
    }
    if (event.attempts === 0) notifier.stored(event.body);
    intake.leave(event);
  }

  /** Takes over an event that the outbox hands out: one that was spilled, or that another process has left. */
  function revive(record: OutboxRecord): PendingEvent {
    const own = spilled.take(record.id);
    if (own === undefined) adopted += 1;
    const event = eventOf(record, own ?? barrier.begin(), own !== undefined);
    intake.enter(event);
    delivery.add(event);
    return event;
  }

  function end(event: PendingEvent, outcome: Outcome): void {
    if (event.id !== undefined && event.isOwn) {
      if (isDelivered(outcome)) spilled.accept(event.id);
      else spilled.bury(event.id);
    }
    keeper?.ended(event, outcome);
    finish(event, outcome, keeper !== undefined);
    intake.leave(event);
  }

  /** Tells everybody how an event has ended. @param mayBeKept whether the outbox may hand it out all the same */
  function finish(event: PendingEvent, outcome: Outcome, mayBeKept = false): void {
    const { sequence, body, isOwn } = event;
    if (isOwn) tally.end(outcome);
    else tally.recover();
    if (!isOwn) adopted -= 1;
    sameSecond.ended(event, outcome, mayBeKept);
    barrier.end(sequence); // Before anybody is told, who may wait for those that are left.
    const receipt = event.receipt ?? (isOwn ? spilled.end(sequence, outcome) : undefined);
    if (receipt) receipts.settle(receipt, outcome);
    notifier.outcome(outcome, body);
    sameSecond.release(sequence, outcome);
  }

  /** Those that were admitted. */
  const pending = (): number =>
    delivery.size() -
    adopted +
    (keeper?.size() ?? 0) +
    spilled.count() +
    intake.waiting() +
    sameSecond.waiting();

  function left(): FlushReport {
    const unsettled = keeper?.unsettled();
    return { pending: pending(), ...(unsettled && { unsettled }) };
  }

  /** Has what others end noticed soon, until then or until the returned function is called. */
  function watchUntil(expiry: Promise<void>): (() => void) | undefined {
    const unwatch = keeper?.watch();
    if (unwatch) expiry.then(unwatch);
    return unwatch;
  }

  /** What the outbox holds is not lost. */
  function leaveBehind(event: PendingEvent): void {
    if (!keeper?.holds(event)) {
      end(event, dropped("closed"));
      return;
    }
    if (event.isOwn) spilled.add(event);
    else adopted -= 1;
    intake.leave(event);
  }

  return {
    track: admission.track,
    refuse: admission.refuse,
    async idle(expiry) {
      admission.admitAll();
      let unwatch: (() => void) | undefined;
      for (;;) {
        const found = keeper ? await keeper.refill() : 0;
        if (isOver) break;
        unwatch ??= watchUntil(expiry);
        const open = announcing + pending() + adopted;
        const hasEnded = await barrier.wait(open, expiry);
        // Memory may have been full, and then nothing was looked for.
        if (hasEnded && found === 0 && (open === 0 || !keeper?.mayHaveMore())) break;
      }
      unwatch?.();
      await keeper?.sync();
    },
    attend() {
      wakefulness.enter();
      return wakefulness.leave;
    },
    left() {
      admission.admitAll();
      return left();
    },
    resume() {
      wakefulness.wake();
      delivery.resume();
    },
    seal() {
      admission.seal();
      droppedBefore = tally.read().dropped;
    },
    async stop() {
      isStopped = true;
      const drop = (event: PendingEvent) => finish(event, dropped("closed"));
      if (!keeper) intake.stop(drop);
      delivery.stop(leaveBehind);
      await keeper?.close();
      // Whoever waits for what the outbox keeps waits in vain.
      isOver = true;
      barrier.recount();
      wakefulness.rest();
      return tally.read().dropped - droppedBefore;
    },
    stats() {
      admission.admitAll();
      const oldest = Math.min(delivery.oldest() ?? Infinity, keeper?.oldest() ?? Infinity);
      const now = clock.now();
      return {
        ...tally.read(),
        ...left(),
        inFlight: delivery.inFlight(),
        // A clock that is corrected goes back.
        ...(oldest < Infinity && { oldestAge: Math.max(0, now - oldest) }),
        isPaused: delivery.paused() !== undefined,
        rate: pacer.read(now),
      };
    },
  };
}

function dropped(reason: DropReason): Outcome {
  return { status: "dropped", reason };
}
