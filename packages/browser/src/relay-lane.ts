import { closedReceipt, type Ending, type OutboxRecord } from "@intercom-events/core";
import type { Courier } from "./courier.ts";
import { createOwnEvents, type OwnEvent } from "./own-events.ts";
import { allowanceLeft, MAX_REQUESTS } from "./page-allowance.ts";
import { isOffline, isPage, watchPage } from "./page-life.ts";
import type { Urgency } from "./post.ts";
import { cutBatch, encodeBatch, sizeOf } from "./relay-batch.ts";
import { dropped, type Lane, type LaneSettings } from "./route.ts";

/** Milliseconds between looks at what waits. */
const LOOK = 5_000;

/** Milliseconds that any event may wait for its turn. */
const LONG = 120_000;

/**
 * Delivers the events of one tracker to a relay, and where there is an outbox those that other pages have
 * left in it.
 */
export function createRelayLane(courier: Courier, settings: LaneSettings): Lane {
  const { clock, outbox } = settings;
  const own = createOwnEvents(settings, ({ id }) => store?.settle([{ id, outcome: dropped("queue_full") }]));
  const store = isPage() ? outbox?.share({ own, settings, pump }) : undefined;
  let isPumping = false;
  /** How often what waited was given up. */
  let drops = 0;
  let hasMore = false;
  /** The longest wait so far, in milliseconds: an event that has more ahead of it had its clock put back. */
  let longest = LONG;
  /** The page is gone, perhaps to come back, or the tracker is closed. */
  let isGone = false;
  /** Ends the rest after a failure; there while it lasts. */
  let endRest: (() => void) | undefined;
  let endTimer: (() => void) | undefined;
  let endWatch: (() => void) | undefined;
  if (isPage()) {
    endWatch = watchPage((moment) => {
      if (moment === "hidden") depart();
      else if (moment === "pagehide") {
        depart();
        leave();
      } else wake();
    });
    store?.join();
  }

  async function pump(): Promise<void> {
    hasMore = true;
    if (isPumping) return;
    isPumping = true;
    while (hasMore && !isGone && !endRest && !isOffline()) {
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
    const drawn = store ? await store.draw(courier.limit(), longest / LOOK) : [];
    const now = clock.now();
    const isDue = ({ dueAt }: OutboxRecord) => dueAt <= now || dueAt > now + longest;
    const due = own
      .all()
      .filter(({ place, sending, record }) => place === "memory" && !sending && isDue(record))
      .map(({ record }) => record)
      .concat(drawn);
    const batch = cutBatch(due, courier.limit(), courier.room);
    // What is too large for any request is for the relay to refuse.
    if (batch.length === 0) batch.push(...due.slice(0, 1));
    store?.update(drawn.filter((record) => !batch.includes(record)));
    return batch;
  }

  async function dispatch(batch: readonly OutboxRecord[], urgency: Urgency): Promise<void> {
    for (const { id } of batch) own.set(id, { sending: urgency });
    const before = drops;
    const { steps, rest } = await courier.send(batch, urgency, () => drops > before);
    const endings: Ending[] = [];
    const later: OutboxRecord[] = [];
    for (const [index, { record, outcome }] of steps.entries()) {
      const sent = batch[index] as OutboxRecord;
      own.set(sent.id, { sending: undefined, record: record ?? sent });
      if (record) {
        later.push(record);
        longest = Math.max(longest, record.dueAt - clock.now());
      } else {
        endings.push({ id: sent.id, outcome });
        own.end(sent, outcome);
      }
    }
    store?.settle(endings);
    store?.update(later);
    if (rest > 0 && !isGone) {
      endRest?.();
      endRest = clock.after(rest, goOn);
    }
    // A departing request is not the pump's.
    if (urgency === "depart") void pump();
  }

  /** The page is seen, has come back, or there may be a network again. */
  function wake(): void {
    isGone = false;
    store?.join();
    plan();
    goOn();
  }

  function goOn(): void {
    endRest?.();
    endRest = undefined;
    void pump();
  }

  /** Sets the timer for the next look, while there is something to wait for. */
  function plan(): void {
    endTimer?.();
    const events = own.all();
    if (isGone || (events.length === 0 && !store?.hasMore())) return;
    const now = clock.now();
    const waits = events.map(({ record }) => record.dueAt - now).filter((wait) => wait > 0);
    endTimer = clock.after(Math.min(LOOK, ...waits), async () => {
      await store?.look();
      void pump();
    });
  }

  /** What is not stored is this page's to deliver. */
  function abandon(): void {
    for (const event of own.all()) if (event.place === "storing") own.toMemory(event);
  }

  /** The page is hidden, perhaps for good: all that has no outcome leaves, the latest first. */
  function depart(): void {
    abandon();
    const sent = isOffline() ? [] : sendAll();
    store?.mark(sent);
  }

  /** Sends what there is room for, and answers it. */
  function sendAll(): OutboxRecord[] {
    const sent: OutboxRecord[] = [];
    // What is stored survives anyway.
    const isStored = ({ place }: OwnEvent) => Number(place === "stored");
    let waiting = own
      .all()
      .filter(({ sending = "plain" }) => sending === "plain")
      .reverse()
      .sort((a, b) => isStored(a) - isStored(b))
      .map(({ record }) => record);
    let room = allowanceLeft();
    for (let requests = 0; requests < MAX_REQUESTS && waiting.length > 0; ) {
      const batch = cutBatch(waiting, courier.limit(), Math.min(room, courier.room));
      // One that is too large stays; a smaller one may fit.
      waiting = waiting.slice(batch.length || 1);
      if (batch.length === 0) continue;
      requests += 1;
      room -= sizeOf(encodeBatch(batch));
      void dispatch(batch.reverse(), "depart");
      sent.push(...batch);
    }
    return sent;
  }

  function leave(): void {
    isGone = true;
    endTimer?.();
    store?.leave();
  }

  return {
    send(event, trackedAt) {
      const second = Math.floor((trackedAt + courier.offset()) / 1000);
      const added = own.add(event, trackedAt, second);
      if (!added) return closedReceipt(dropped("queue_full"));
      if (store) store.put(added);
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
      drops += 1;
      abandon();
      // What is in the store stays there for the next page.
      const given = own.all().filter(({ place }) => !isFinal || place === "memory");
      for (const { record } of given) own.end(record, dropped(reason));
      if (isFinal) {
        leave();
        endRest?.();
        endWatch?.();
        store?.close();
      } else store?.clear();
      return given.length;
    },
    size: () => own.all().length,
  };
}
