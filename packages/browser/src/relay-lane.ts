import {
  closedReceipt,
  type Ending,
  type LeaseRequest,
  type OutboxRecord,
  type Outcome,
  safeOutcome,
} from "@intercom-events/core";
import { ask } from "./ask.ts";
import type { Courier } from "./courier.ts";
import { UNHEARD_DELAY } from "./next-step.ts";
import { createOwnEvents, type OwnEvent } from "./own-events.ts";
import { allowanceLeft } from "./page-allowance.ts";
import { isOffline, isPage, watchPage } from "./page-life.ts";
import type { PageOutbox } from "./page-outbox.ts";
import type { Urgency } from "./post.ts";
import { cutBatch } from "./relay-batch.ts";
import { dropped, type EncodedPageEvent, type Lane, type LaneSettings } from "./route.ts";
import { createStoreKeeper } from "./store-keeper.ts";
import { createTabs, type TabMessage } from "./tabs.ts";

/** Milliseconds between looks at a store in which events wait. */
const LOOK = 5_000;

/** Milliseconds a lease lasts: longer than a request. A tab that dies leaves its events alone so long. */
const LEASE = 30_000;

/** No event waits longer for its turn, in milliseconds, unless a clock was put back. */
const LONGEST = 120_000;

/** Looks at a store that does not work before it is left alone until there is a new event. */
const MAX_BAD_LOOKS = 5;

const BROKEN = "the outbox does not work, so events wait in memory";

/** Later than any time. */
const EVER = Number.MAX_SAFE_INTEGER;

/** Requests that leave with the page, at most. */
const MAX_DEPARTING = 9;

/**
 * Delivers the events of one tracker to a relay, and where there is an outbox those that other pages have
 * left in it. Events wait in memory while the outbox fails.
 */
export function createRelayLane(courier: Courier, settings: LaneSettings): Lane {
  const { clock, outbox } = settings;
  const own = createOwnEvents(settings, (event) =>
    forget([{ id: event.draft.id, outcome: dropped("queue_full") }]),
  );
  const keeper = outbox && createStoreKeeper(outbox, clock, { onStored, onFailed });
  const tabs = outbox && createTabs(outbox.name ?? "", onLead, onMessage);
  /** Leased, and not sent yet. */
  let hand: OutboxRecord[] = [];
  let isPumping = false;
  let hasMore = false;
  let isShut = false;
  let isGone = false;
  /** Whether the store is known to hold events that this tab is to deliver. */
  let isStocked = false;
  /** Looks in a row at a store that held events and gave none. */
  let vainLooks = 0;
  /** Looks in a row at a store that did not answer. */
  let badLooks = 0;
  let endRest: (() => void) | undefined;
  let endTimer: (() => void) | undefined;
  const endWatch = isPage()
    ? watchPage({ onHide: depart, onLeave: leave, onReturn: comeBack, onShow: wake, onOnline: wake })
    : () => {};
  if (isPage()) tabs?.join();

  // Sending

  async function pump(): Promise<void> {
    hasMore = true;
    if (isPumping) return;
    isPumping = true;
    while (hasMore && !isShut && !isGone && !endRest && !isOffline()) {
      hasMore = false;
      const batch = await nextBatch();
      if (batch.length === 0) continue;
      hasMore = true;
      await dispatch(batch, courier.urgencyOf(batch));
    }
    isPumping = false;
    plan();
  }

  async function nextBatch(): Promise<OutboxRecord[]> {
    if (tabs?.leads() && hand.length === 0) await draw();
    const now = clock.now();
    const due = [
      ...own
        .all()
        .filter(({ place, sending, record }) => place === "memory" && !sending && isDue(record, now))
        .map(({ record }) => record),
      // Of this page's own some may have been sent as it was hidden.
      ...hand.filter(({ id }) => !own.isOwn(id) || own.get(id)?.sending === false),
    ];
    const batch = cutBatch(due, courier.limit(), courier.room);
    // What is too large for any request is for the relay to refuse.
    if (batch.length === 0) batch.push(...due.slice(0, 1));
    hand = hand.filter((record) => due.includes(record) && !batch.includes(record));
    return batch;
  }

  /** Leases events. Where a clock was put back, those due at a time that is far away again, too. */
  async function draw(): Promise<void> {
    const now = clock.now();
    const until = now + LEASE;
    hand =
      (await lease({ limit: courier.limit(), now: vainLooks * LOOK > LONGEST ? EVER : now, until })) ?? [];
    if (hand.length > 0) vainLooks = 0;
    // What has ended here is only still there because the store has failed meanwhile.
    const over = hand.filter(({ id }) => own.isOwn(id) && !own.get(id));
    forget(over.map(({ id }) => ({ id, outcome: { status: "accepted", attempts: 0 } })));
  }

  async function lease(request: LeaseRequest): Promise<OutboxRecord[] | undefined> {
    const leased = await fromStore((store) => store.lease(request));
    if (!leased) rescue();
    return leased;
  }

  async function dispatch(batch: readonly OutboxRecord[], urgency: Urgency): Promise<void> {
    const mine = batch.map(({ id }) => own.get(id));
    for (const event of mine) if (event) event.sending = urgency === "plain" ? "plain" : "sure";
    const { steps, rest } = await courier.send(batch, urgency);
    const endings: Ending[] = [];
    const later: OutboxRecord[] = [];
    for (const [index, { record, outcome }] of steps.entries()) {
      const event = mine[index];
      if (event) event.sending = false;
      if (outcome) {
        const { id, body } = batch[index] as OutboxRecord;
        endings.push({ id, outcome: safeOutcome(outcome) });
        if (event) own.end(event, outcome);
        else if (!own.isOwn(id)) settings.ended(decode(body), outcome);
      } else {
        later.push(record);
        if (event) event.record = record;
      }
    }
    forget(endings);
    if (later.length > 0) void fromStore((store) => store.update(later));
    if (rest > 0) takeRest(rest);
    // A departing request is not the pump's.
    if (urgency === "depart") void pump();
  }

  function takeRest(milliseconds: number): void {
    endRest?.();
    const stop = clock.after(milliseconds, wake);
    endRest = () => {
      stop();
      endRest = undefined;
    };
  }

  function wake(): void {
    endRest?.();
    void pump();
  }

  /** Sets the timer for the next look, while there is something to wait for. */
  function plan(): void {
    endTimer?.();
    const events = own.all();
    if (isShut || isGone || (events.length === 0 && !isStocked)) return;
    const now = clock.now();
    const next = events
      .filter(({ place, sending, record }) => place === "memory" && !sending && record.dueAt > now)
      .reduce((least, { record }) => Math.min(least, record.dueAt - now), LOOK);
    endTimer = clock.after(next, async () => {
      await look();
      void pump();
    });
  }

  // The store

  function fromStore<T>(work: (store: PageOutbox) => Promise<T>): Promise<T | undefined> {
    if (!outbox) return Promise.resolve(undefined);
    return ask(
      () => work(outbox),
      clock,
      (cause) => isShut || settings.complain(BROKEN, cause),
    );
  }

  /** Ends events in the store, and tells the tabs that may have tracked them. */
  function forget(endings: readonly Ending[]): void {
    if (!outbox || endings.length === 0) return;
    void fromStore((store) => store.settle(endings, clock.now()));
    tabs?.tell({ ended: endings });
  }

  function onStored(events: readonly OwnEvent[]): void {
    for (const event of events) {
      event.place = "stored";
      event.keep(true);
      event.decide();
    }
    tabs?.tell({ fresh: true });
    isStocked = true;
    void pump();
  }

  function onFailed(events: readonly OwnEvent[], cause: unknown): void {
    if (isFull(cause)) return void makeRoom(events);
    settings.complain(BROKEN, cause);
    for (const event of events) toMemory(event, false);
    void pump();
  }

  /** The store holds as many events as it may. */
  async function makeRoom(events: readonly OwnEvent[]): Promise<void> {
    const outcome = dropped("queue_full");
    const limit = settings.policy === "drop_oldest" ? events.length : 0;
    const now = clock.now();
    const oldest = limit > 0 ? await lease({ limit, now, until: now + LEASE }) : [];
    if (!oldest?.length) {
      for (const event of events) own.end(event, outcome);
      return;
    }
    for (const { id, body } of oldest) {
      const event = own.get(id);
      if (event) own.end(event, outcome);
      else settings.ended(decode(body), outcome);
    }
    forget(oldest.map(({ id }) => ({ id, outcome })));
    for (const event of events) if (own.get(event.draft.id)) keeper?.put(event);
  }

  /** From now on this page delivers an event itself. */
  function toMemory(event: OwnEvent, mayStillBeKept: boolean): void {
    event.place = "memory";
    if (!mayStillBeKept) event.keep(false);
    event.decide();
  }

  /** The store cannot be read: what this page has stored is delivered from memory. */
  function rescue(): void {
    for (const event of own.all()) if (event.place === "stored") toMemory(event, true);
  }

  /** Finds out about events whose end nobody has told. */
  async function look(): Promise<void> {
    if (!outbox) return;
    const stored = own.all().filter(({ place }) => place === "stored");
    const counts = await fromStore((store) => store.counts());
    badLooks = counts ? 0 : badLooks + 1;
    isStocked = (tabs?.leads() ?? false) && (counts ? counts.events > 0 : badLooks < MAX_BAD_LOOKS);
    vainLooks = isStocked ? vainLooks + 1 : 0;
    if (!counts) rescue();
    if (counts?.events !== 0 || stored.length === 0) return;
    const letters = new Map<string, Outcome>();
    await fromStore(async (store) => {
      for await (const { record, outcome } of store.deadLetters()) letters.set(record.id, outcome);
    });
    for (const event of stored) {
      own.end(event, letters.get(event.draft.id) ?? { status: "accepted", attempts: 0 });
    }
  }

  // Tabs

  function onLead(): void {
    isStocked = true;
    void pump();
  }

  function onMessage(message: TabMessage): void {
    if ("ended" in message) {
      for (const { id, outcome } of message.ended) end(own.get(id), outcome);
    } else if ("cleared" in message) {
      for (const event of own.all()) if (event.place === "stored") own.end(event, dropped("opted_out"));
    } else if (tabs?.leads()) onLead();
  }

  function end(event: OwnEvent | undefined, outcome: Outcome): void {
    if (event) own.end(event, outcome);
  }

  // The page

  /** The page is hidden, perhaps for good: all that has no outcome leaves, the latest first. */
  function depart(): void {
    for (const event of keeper?.abandon() ?? []) toMemory(event, true);
    const sent: OutboxRecord[] = [];
    if (!isOffline()) {
      const events = own.all().filter(({ sending }) => sending !== "sure");
      // What is stored survives anyway.
      const isSafe = ({ place }: OwnEvent) => Number(place === "stored");
      let waiting = events
        .reverse()
        .sort((a, b) => isSafe(a) - isSafe(b))
        .map(({ record }) => record);
      let room = allowanceLeft();
      for (let requests = 0; requests < MAX_DEPARTING && waiting.length > 0; ) {
        const batch = cutBatch(waiting, courier.limit(), Math.min(room, courier.room));
        waiting = waiting.slice(batch.length || 1);
        if (batch.length === 0) continue;
        requests += 1;
        room -= batch.reduce((size, { body }) => size + body.length, 0);
        void dispatch(batch.sort(byId), "depart");
        sent.push(...batch);
      }
    }
    mark(sent);
  }

  /** Notes in the store what has just left, so that the next page does not send it at once. */
  function mark(sent: readonly OutboxRecord[]): void {
    if (!outbox) return;
    const dueAt = clock.now() + UNHEARD_DELAY;
    const noted = new Map(
      sent.map((record) => [record.id, { ...record, attempts: record.attempts + 1, dueAt }]),
    );
    const unsaved = own.all().filter(({ place }) => place === "memory");
    for (const { record } of unsaved) if (!noted.has(record.id)) noted.set(record.id, record);
    const known = [...noted.values()].filter(({ id }) => own.get(id)?.place !== "memory");
    if (known.length > 0) void fromStore((store) => store.update(known));
    if (unsaved.length === 0) return;
    for (const event of unsaved) event.place = "storing";
    const records = unsaved.map(({ record }) => noted.get(record.id) ?? record);
    outbox.append(records).then(
      () => onStored(unsaved),
      (cause) => onFailed(unsaved, cause),
    );
  }

  function leave(): void {
    depart();
    isGone = true;
    endTimer?.();
    release();
  }

  /** Lets other tabs deliver. */
  function release(): void {
    const held = hand;
    hand = [];
    if (held.length > 0) void fromStore((store) => store.update(held));
    tabs?.leave();
  }

  function comeBack(): void {
    isGone = false;
    tabs?.join();
    isStocked = true;
    plan();
    wake();
  }

  return {
    send(event, trackedAt) {
      if (!isPage()) return closedReceipt(dropped("not_stored"));
      const second = Math.floor((trackedAt + courier.offset()) / 1000);
      const added = own.add(event, trackedAt, second);
      if (!added) return closedReceipt(dropped("queue_full"));
      if (keeper) keeper.put(added);
      else {
        added.keep(true);
        added.decide();
      }
      queueMicrotask(isGone ? depart : pump);
      return added.receipt;
    },
    flush: () => void pump(),
    drop(reason) {
      const isFinal = reason === "closed";
      for (const event of keeper?.abandon() ?? []) toMemory(event, true);
      // What is in the store stays there for the next page.
      const given = own.all().filter(({ place }) => !isFinal || place === "memory");
      for (const event of given) own.end(event, dropped(reason));
      if (isFinal) shut();
      else {
        hand = [];
        void fromStore((store) => store.clear());
        tabs?.tell({ cleared: true });
      }
      return given.length;
    },
    size: () => own.all().length,
  };

  function shut(): void {
    if (isShut) return;
    isShut = true;
    endTimer?.();
    endRest?.();
    endWatch();
    release();
    outbox?.close().catch(() => undefined);
  }
}

function byId(a: OutboxRecord, b: OutboxRecord): number {
  return a.id < b.id ? -1 : 1;
}

function isDue({ dueAt }: OutboxRecord, now: number): boolean {
  return dueAt <= now || dueAt > now + LONGEST;
}

/** Whether the store has reached its own bound, and not that of the browser. */
function isFull(error: unknown): boolean {
  const { code, cause } = (error ?? {}) as { readonly code?: unknown; readonly cause?: unknown };
  return code === "full" && cause === undefined;
}

function decode(body: string): EncodedPageEvent {
  const { event_name, metadata } = JSON.parse(body);
  return { eventName: event_name, ...(metadata && { metadata }) };
}
