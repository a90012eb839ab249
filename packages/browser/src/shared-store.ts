import {
  type Ending,
  isDelivered,
  type OutboxError,
  type OutboxRecord,
  type Outcome,
  safeOutcome,
} from "@intercom-events/core";
import { createClearing } from "./clearing.ts";
import { IN_FLIGHT_DELAY, MAX_RETRY_AFTER } from "./next-step.ts";
import {
  draftOf,
  FIXED,
  isStored,
  LEAVING,
  MEMORY,
  type OutgoingEvent,
  type OwnEvent,
  type Place,
  STORED,
  STORING,
  toMemory,
  UNREAD,
} from "./own-event.ts";
import type { PageOutbox, SharedStore, StoreHost, StoreInside } from "./page-outbox.ts";
import { decodeRelayEvent } from "./relay-event.ts";
import { dropped } from "./route.ts";
import { createTabs, type TabMessage } from "./tabs.ts";
import { withTimeout } from "./with-timeout.ts";

/**
 * Milliseconds a lease lasts: longer than a request. A tab that dies leaves its events alone so long, and one that
 * was frozen while it had the lock those of the others.
 */
const LEASE = 30_000;

/** Events that are stored in one transaction, at most. */
const MAX_GROUP = 500;

/** Times in a row that a store cannot be read before it is left alone until there is a new event. */
const MAX_FAILED_READS = 5;

/** Times in a row that a store held events but leased none, after which any is leased: two minutes. */
const MAX_IDLE_POLLS = 24;

const BROKEN = "the outbox does not work, so events wait in memory";

/** The last millisecond there is in a `Date`. */
const EVER = 8_640_000_000_000_000;

/** Shares a store with the other tabs of the site. Events wait in memory while it fails. */
export function createSharedStore(
  outbox: PageOutbox,
  { ids, leaseDue }: StoreInside,
  { all, settings, pump, cancelPending, maxDelay = 0 }: StoreHost,
): SharedStore {
  const { clock, ended, complain, queue, random = Math.random } = settings;
  const clearing = createClearing(outbox);
  const tabs = createTabs(outbox.name ?? "", onLead, onMessage);
  /** Ends the ids of this page's events, and of no other's. */
  const page = `-${random()}`;
  let latest = 0;
  let sequence = 0;
  /** Events that are to be stored, together. */
  const waiting: OwnEvent[] = [];
  /** Events that are stored together, at most: fewer where not all have fitted. */
  let groupSize = MAX_GROUP;
  let isStoring = false;
  let isClosed = false;
  let hasBacklog = false;
  let idlePolls = 0;
  let failedReads = 0;

  const allIn = (wanted: Place) => all().filter(({ place }) => place === wanted);
  /** Whether it is one of this page, which may have ended. */
  const isOwn = ({ id }: OutboxRecord) => id.endsWith(page);
  /** The events of this page by their ids. */
  const byId = () => new Map(all().map((event) => [event.record.id, event]));

  /** Does something with the store, though not for ever. Never rejects. */
  function fromStore<T>(
    work: () => Promise<T>,
    onFailure = (cause: unknown): unknown => isClosed || complain(BROKEN, cause),
  ): Promise<T | undefined> {
    return withTimeout(clearing.onceCleared(work), clock, onFailure);
  }

  async function lease(limit: number, now: number, by = now): Promise<OutboxRecord[]> {
    const leased = await fromStore(() => leaseDue({ limit, now, until: clock.now() + LEASE }, by));
    if (!leased) rescue();
    return leased ?? [];
  }

  /** A record of the store on its way: the event of this page, or what tells of one of another. */
  function outgoingEvent(record: OutboxRecord, own: OwnEvent | undefined): OutgoingEvent {
    if (own) return Object.assign(own, { record, place: STORED });
    return {
      record,
      // Its own page may have told of it, but must not be the only one to know of a loss.
      end: (outcome) =>
        isOwn(record) || isDelivered(outcome) || ended(outcome, decodeRelayEvent(record.body)),
    };
  }

  function settle(endings: readonly Ending[]): void {
    if (endings.length === 0) return;
    const ended = endings.map(({ id, outcome }) => ({ id, outcome: safeOutcome(outcome) }));
    void fromStore(() => outbox.settle(ended, clock.now()));
    tabs.tell({ ended });
  }

  function update(records: readonly OutboxRecord[]): void {
    if (records.length > 0) void fromStore(() => outbox.update(records));
  }

  /** Stores events together with those that follow at once. */
  function keep(events: readonly OwnEvent[]): void {
    for (const event of events) event.place = STORING;
    if (waiting.length === 0) queueMicrotask(store);
    waiting.push(...events);
  }

  /** Stores one group after the other. */
  async function store(): Promise<void> {
    if (isStoring || waiting.length === 0) return;
    isStoring = true;
    const group = waiting.splice(0, groupSize);
    // What is told late counts, too.
    await fromStore(
      () => outbox.appendApart(group.map(draftOf)).then(onStored),
      (cause) => {
        // Those that the page has not given up storing.
        const left = group.filter(({ isOver, place }) => !isOver && (place === STORING || place === FIXED));
        // What is sent already must not get another second.
        const isSent = ({ isBusy, record }: OwnEvent) => isBusy || record.attempts > 0;
        const again = isFull(cause) ? left.filter((event) => !isSent(event)) : [];
        onFailed(
          left.filter((event) => !again.includes(event)),
          cause,
        );
        if (again.length > 1) {
          // It refuses a group whole, although some of it may fit.
          groupSize = again.length >> 1;
          again.push(...waiting.splice(0));
          keep(again);
        } else if (again[0]) void makeRoom(again[0]);
      },
    );
    isStoring = false;
    void store();
  }

  function onStored(records: readonly OutboxRecord[]): void {
    groupSize = Math.min(MAX_GROUP, groupSize * 2);
    const events = byId();
    for (const { id } of records) {
      const event = events.get(id);
      if (!event) continue;
      event.place = STORED;
      event.keep(true);
      event.decide();
    }
    // Those that were given up meanwhile, as where another tab has opted out.
    settle(records.filter(({ id }) => !events.has(id)).map(({ id }) => ({ id, outcome: UNTOLD })));
    tabs.tell({ fresh: true });
    onLead();
  }

  function onFailed(events: readonly OwnEvent[], cause: unknown): void {
    for (const event of events) {
      complain(BROKEN, cause); // Which says it once; of events that were given up there is nothing to say.
      event.keep(false);
      toMemory(event);
      // Then nothing is delivered from memory.
      if (isClosed) event.end(dropped("closed"));
    }
    pump();
  }

  /** The store holds as many events as it may: the oldest makes way, or the new one does. */
  async function makeRoom(event: OwnEvent): Promise<void> {
    event.place = STORING;
    const outcome = dropped("queue_full");
    const leased = queue?.policy === "drop_oldest" ? await lease(1, clock.now(), EVER) : [];
    // A page that went meanwhile has sent it, and no other body may be sent from then on.
    if (event.place !== STORING) return update(leased);
    const events = byId();
    let [oldest = event.record] = leased;
    // Of this page's own some may have been sent as it was hidden.
    if (events.get(oldest.id)?.isBusy) oldest = event.record;
    outgoingEvent(oldest, events.get(oldest.id)).end(outcome);
    settle([{ id: oldest.id, outcome }]);
    if (!event.isOver) keep([event]);
  }

  /** The store cannot be read: what this page has stored is delivered from memory until it is leased again. */
  function rescue(): void {
    for (const event of allIn(STORED)) event.place = UNREAD;
  }

  function onLead(): void {
    hasBacklog = true;
    pump();
  }

  function onMessage(message: TabMessage): void {
    if ("ended" in message) {
      const events = byId();
      for (const { id, outcome } of message.ended) events.get(id)?.end(outcome);
    } else if ("cleared" in message) {
      cancelPending();
      // Also those that wait for the Messenger.
      for (const event of settings.events) event.end(dropped("opted_out"));
    } else if (tabs.leads()) onLead();
  }

  return {
    put(event) {
      // Ids are ordered as the events were tracked, also if the clock is put back meanwhile.
      latest = Math.max(latest, event.trackedAt);
      event.record = { ...event.record, id: padded(latest) + padded(sequence++) + page };
      keep([event]);
    },
    async lease(limit) {
      const now = clock.now();
      // Who has the lock may be frozen; then leases keep apart who delivers.
      if (!tabs.leads() && !allIn(STORED).some(({ trackedAt }) => trackedAt + LEASE < now)) return [];
      const leased = await lease(limit, idlePolls > MAX_IDLE_POLLS ? EVER : now);
      if (leased.length > 0) idlePolls = 0;
      // What has more than the longest wait ahead of it had its clock put back.
      const end = now + Math.max(MAX_RETRY_AFTER, maxDelay);
      const hasToWait = ({ dueAt }: OutboxRecord) => dueAt > now && dueAt <= end;
      update(leased.filter(hasToWait));
      const events = byId();
      // What has ended here is only still there because the store has failed meanwhile.
      const isOver = (record: OutboxRecord) => isOwn(record) && !events.has(record.id);
      settle(leased.filter(isOver).map(({ id }) => ({ id, outcome: UNTOLD })));
      return (
        leased
          // Of this page's own some may have been sent as it was hidden.
          .filter((record) => !hasToWait(record) && !isOver(record) && !events.get(record.id)?.isBusy)
          .map((record) => outgoingEvent(record, events.get(record.id)))
      );
    },
    note(steps) {
      settle(steps.flatMap(({ record: { id }, outcome }) => (outcome ? [{ id, outcome }] : [])));
      update(steps.flatMap(({ record, outcome }) => (outcome ? [] : [record])));
    },
    leaving() {
      for (const event of allIn(STORING)) toMemory(event);
      const now = clock.now();
      // What is stored survives anyway.
      const stored = all().filter((event) => isStored(event) && event.record.dueAt <= now);
      // What a listener has tracked on a warning just now is still to get its second.
      return [...stored, ...all().filter((event) => !isStored(event) && event.place !== STORING)];
    },
    markInFlight(sent) {
      const dueAt = clock.now() + IN_FLIGHT_DELAY;
      const inFlight = (event: OutgoingEvent): OutboxRecord => {
        const { record } = event;
        return sent.includes(event) ? { ...record, attempts: record.attempts + 1, dueAt } : record;
      };
      const unsaved = allIn(MEMORY);
      const records = unsaved.map(inFlight);
      for (const event of unsaved) event.place = LEAVING;
      // First, as what is stored already is safe.
      if (records.length > 0) {
        void fromStore(
          () => outbox.append(records).then(() => onStored(records)),
          // Also where there is no room: they are on their way, and may have arrived.
          (cause) =>
            onFailed(
              unsaved.filter(({ isOver, place }) => !isOver && place === LEAVING),
              cause,
            ),
        );
      }
      update(sent.map(inFlight));
    },
    async reconcile() {
      const before = allIn(STORED);
      const held = await fromStore(ids);
      failedReads = held ? 0 : failedReads + 1;
      hasBacklog = tabs.leads() && (held ? held.length > 0 : failedReads < MAX_FAILED_READS);
      idlePolls = hasBacklog ? idlePolls + 1 : 0;
      if (!held) return rescue();
      const there = new Set(held);
      const gone = before.filter(({ record }) => !there.has(record.id));
      if (gone.length === 0) return;
      await fromStore(async () => {
        const events = byId();
        for await (const { record, outcome } of outbox.deadLetters()) events.get(record.id)?.end(outcome);
      });
      for (const event of gone) event.end(UNTOLD);
    },
    hasBacklog: () => hasBacklog,
    joinGroup: tabs.joinGroup,
    leaveGroup: tabs.leaveGroup,
    clear() {
      clearing.clearAll();
      void fromStore(async () => undefined);
      tabs.tell({ cleared: true });
    },
    close() {
      isClosed = true;
      outbox.close().catch(() => undefined);
    },
  };
}

/** The outcome of an event that the store has no more, or should not have: nobody has told how often it was sent. */
const UNTOLD: Outcome = { status: "accepted", attempts: 0 };

function padded(value: number): string {
  return String(value).padStart(16, "0");
}

/** Whether others have to make room: the store has reached its own bound, and not that of the browser. */
function isFull(error: unknown): boolean {
  const refusal = error as Partial<OutboxError> | undefined;
  return refusal?.code === "full" && !refusal.cause;
}
