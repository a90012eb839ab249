import { createBatchSender } from "./batch-sender.ts";
import type { Step } from "./next-step.ts";
import { createAdoption, MEMORY, type OutgoingEvent, type OwnEvent, toMemory, UNREAD } from "./own-event.ts";
import { isOffline, isPage, watchPage } from "./page-life.ts";
import type { RelayTarget } from "./relay.ts";
import { cutBatch } from "./relay-batch.ts";
import { type Delivery, type DeliverySettings, dropped } from "./route.ts";

/** Milliseconds after which what waits is looked at again. */
const POLL_INTERVAL = 5_000;

/**
 * Delivers the events of one tracker to a relay, and where there is an outbox those that other pages have
 * left in it.
 */
export function createRelayDelivery(options: RelayTarget, settings: DeliverySettings): Delivery {
  const { clock, outbox } = settings;
  const adopt = createAdoption(settings, options.url);
  const store = isPage()
    ? outbox?.share({ all, settings, pump, cancelPending, maxDelay: options.retry?.maxDelay })
    : undefined;
  const batchSender = createBatchSender(options, settings);
  /** The pump that runs, if there is one. */
  let pumping: object | undefined;
  /** How often what waited was cancelled, here or in another tab. */
  let cancellations = 0;
  let hasMore = false;
  /** The page is gone, perhaps to come back, or the tracker is closed. */
  let isSuspended = false;
  /** Ends the wait after a failure; there while it lasts. */
  let endBackoff: (() => void) | undefined;
  let endTimer: (() => void) | undefined;
  let endWatch: (() => void) | undefined;
  if (isPage()) {
    endWatch = watchPage((moment) => {
      if (moment === "hidden" || moment === "pagehide") sendAll();
      if (moment === "pagehide") suspend();
      else if (moment !== "hidden") resume();
    });
    store?.joinGroup();
  }

  async function pump(): Promise<void> {
    hasMore = true;
    if (pumping || isSuspended) return;
    const mine = {};
    pumping = mine;
    while (pumping === mine && hasMore && !endBackoff && !isOffline()) {
      hasMore = false;
      await sendNext();
    }
    if (pumping === mine) pumping = undefined;
    schedule();
  }

  /** The events of this page that go to the relay and have no outcome, in the order they were tracked. */
  function all(): OwnEvent[] {
    return ([...settings.events] as OwnEvent[]).filter(({ record }) => record);
  }

  /** Sends what is due. Nothing comes between choosing a batch and sending it, so that none of it is given up then. */
  async function sendNext(): Promise<void> {
    const before = cancellations;
    const leased = (await store?.lease(batchSender.limit)) ?? [];
    const now = clock.now();
    // A clock that was put back since the last attempt must not put off the next.
    const isDue = ({ record, triedAt = 0 }: OwnEvent) => record.dueAt <= now || triedAt > now;
    const due: OutgoingEvent[] = all().filter(
      (event) => (event.place === MEMORY || event.place === UNREAD) && !event.isBusy && isDue(event),
    );
    // What was leased before all was cancelled goes back, which keeps nothing that was deleted.
    if (cancellations === before) due.push(...leased);
    const batch = cutBatch(due, batchSender.limit, batchSender.room(false));
    // What does not fit goes alone; if it is too large for any request, that is for the relay to refuse.
    if (batch.length === 0) batch.push(...due.slice(0, 1));
    store?.note(leased.filter((event) => !batch.includes(event)));
    if (batch.length === 0) return;
    hasMore = true;
    await dispatch(batch, false);
  }

  async function dispatch(batch: readonly OutgoingEvent[], isLast: boolean): Promise<void> {
    for (const event of batch) {
      event.isBusy = true;
      event.survives = false;
    }
    const before = cancellations;
    const { steps, retryDelay } = await batchSender.send(batch, isLast, () => cancellations > before);
    store?.note(steps);
    for (const event of batch) {
      const { record, outcome } = steps.shift() as Step;
      event.isBusy = false;
      event.record = record;
      event.triedAt = clock.now();
      if (outcome) event.end(outcome);
    }
    if (retryDelay > 0 && !isSuspended) {
      endBackoff?.();
      endBackoff = clock.after(retryDelay, pumpNow);
    }
    // The last requests of a page are not the pump's.
    if (isLast) void pump();
  }

  /** The page is seen, has come back, or there may be a network again: what waits need not wait longer. */
  function resume(): void {
    isSuspended = false;
    store?.joinGroup();
    pumpNow();
  }

  /** Sends what is due, though the wait after a failure is not over. */
  function pumpNow(): void {
    endBackoff?.();
    endBackoff = undefined;
    void pump();
  }

  /** Sets the timer for the next look, while there is something to wait for. */
  function schedule(): void {
    endTimer?.();
    const events = all();
    if (isSuspended || (events.length === 0 && !store?.hasBacklog())) return;
    const now = clock.now();
    const waits = events.map(({ record }) => record.dueAt - now).filter((wait) => wait > 0);
    endTimer = clock.after(Math.min(POLL_INTERVAL, ...waits), async () => {
      await store?.reconcile();
      void pump();
    });
  }

  /** The page is hidden, perhaps for good: sends all that has no outcome and may go, the latest first. */
  function sendAll(): void {
    const sent: OutgoingEvent[] = [];
    let waiting = (store?.leaving() ?? all())
      .filter(({ isBusy, survives }) => !(isBusy && survives))
      .reverse();
    while (waiting.length > 0 && !isOffline()) {
      const batch = cutBatch(waiting, batchSender.limit, batchSender.room(true));
      // One that is too large stays; a smaller one may fit.
      waiting = waiting.slice(batch.length || 1);
      if (batch.length === 0) continue;
      void dispatch(batch.reverse(), true);
      sent.push(...batch);
    }
    store?.markInFlight(sent);
  }

  /** Nothing that waits is sent any more, and nobody is taken for who was there before. */
  function cancelPending(): void {
    cancellations += 1;
    batchSender.forgetIdentity();
  }

  /** Sends nothing more but what is tracked as the page goes, and lets other tabs deliver. */
  function suspend(): void {
    isSuspended = true;
    // Firefox never settles what is under way as a page goes to the back/forward cache; what follows must not wait for it.
    pumping = undefined;
    endTimer?.();
    store?.leaveGroup();
  }

  return {
    send(event) {
      const own = adopt(event, batchSender.offset);
      if (store) store.put(own);
      else {
        own.keep(true);
        toMemory(own);
      }
      queueMicrotask(isSuspended ? sendAll : pump);
    },
    flush: () => void pump(),
    evict(event) {
      const { record } = event as OwnEvent;
      if (record) store?.note([{ record, outcome: dropped("queue_full") }]);
    },
    dropAll(reason) {
      cancelPending();
      if (reason !== "closed") store?.clear();
      else {
        suspend();
        endBackoff?.();
        endWatch?.();
        store?.close();
      }
    },
  };
}
