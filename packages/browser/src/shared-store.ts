import {
  type Ending,
  type LeaseRequest,
  type OutboxRecord,
  type Outcome,
  safeOutcome,
} from "@intercom-events/core";
import { ask } from "./ask.ts";
import { decodeBody } from "./decode-body.ts";
import { UNHEARD_DELAY } from "./next-step.ts";
import type { OwnEvent, OwnEvents } from "./own-events.ts";
import type { PageOutbox } from "./page-outbox.ts";
import { dropped, type LaneSettings } from "./route.ts";
import { createStoreKeeper } from "./store-keeper.ts";
import { createTabs, type TabMessage } from "./tabs.ts";

/** What a lane does with a store that tabs share; {@link createSharedStore}. */
export interface SharedStore {
  /** Stores an event of this page, with those that follow at once. */
  put(event: OwnEvent): void;
  /** Stores nothing more that is not stored yet, and answers the events which certainly are not. */
  abandon(): OwnEvent[];
  /** The events this tab is to send, as many as it has leased. */
  draw(limit: number): Promise<readonly OutboxRecord[]>;
  /** Takes events that were drawn as sent. */
  take(batch: readonly OutboxRecord[]): void;
  /** Ends events, and tells the tabs that may have tracked them. */
  settle(endings: readonly Ending[]): void;
  /** Keeps what is to be sent again. */
  update(records: readonly OutboxRecord[]): void;
  /** Notes what leaves with the page, so that the next page does not send it at once. */
  mark(sent: readonly OutboxRecord[]): void;
  /** Finds out about events whose end nobody has told. */
  look(): Promise<void>;
  /** Whether it is known to hold events that this tab is to deliver. */
  hasMore(): boolean;
  /** Takes part in delivering what the store holds. */
  join(): void;
  /** Lets other tabs deliver. */
  leave(): void;
  /** Deletes everything. */
  clear(): void;
  close(): void;
}

/** What a store needs of the lane. */
export interface StoreHost {
  readonly own: OwnEvents;
  readonly settings: LaneSettings;
  /** Sends what can be sent. */
  pump(): void;
}

/** Milliseconds a lease lasts: longer than a request. A tab that dies leaves its events alone so long. */
const LEASE = 30_000;

/** Looks in a row at a store that held events and gave none, before a clock must have been put back. */
const MAX_VAIN_LOOKS = 24;

/** Looks at a store that does not work before it is left alone until there is a new event. */
const MAX_BAD_LOOKS = 5;

const BROKEN = "the outbox does not work, so events wait in memory";

/** Later than any time. */
const EVER = Number.MAX_SAFE_INTEGER;

/** Shares a store with the other tabs of the site. Events wait in memory while it fails. */
export function createSharedStore(outbox: PageOutbox, { own, settings, pump }: StoreHost): SharedStore {
  const { clock } = settings;
  const keeper = createStoreKeeper(outbox, clock, { onStored, onFailed });
  const tabs = createTabs(outbox.name ?? "", onLead, onMessage);
  /** Leased, and not sent yet. */
  let hand: OutboxRecord[] = [];
  let isClosed = false;
  let isStocked = false;
  let vainLooks = 0;
  let badLooks = 0;

  function fromStore<T>(work: () => Promise<T>): Promise<T | undefined> {
    return ask(work, clock, (cause) => isClosed || settings.complain(BROKEN, cause));
  }

  async function lease(request: LeaseRequest): Promise<OutboxRecord[]> {
    const leased = await fromStore(() => outbox.lease(request));
    if (!leased) rescue();
    return leased ?? [];
  }

  function settle(endings: readonly Ending[]): void {
    if (endings.length === 0) return;
    const safe = endings.map(({ id, outcome }) => ({ id, outcome: safeOutcome(outcome) }));
    void fromStore(() => outbox.settle(safe, clock.now()));
    tabs.tell({ ended: safe });
  }

  function update(records: readonly OutboxRecord[]): void {
    if (records.length > 0) void fromStore(() => outbox.update(records));
  }

  function onStored(events: readonly OwnEvent[]): void {
    for (const event of events) {
      event.place = "stored";
      event.keep(true);
      event.decide();
    }
    tabs.tell({ fresh: true });
    onLead();
  }

  function onFailed(events: readonly OwnEvent[], cause: unknown): void {
    if (isFull(cause)) return void makeRoom(events);
    settings.complain(BROKEN, cause);
    for (const event of events) {
      event.keep(false);
      event.toMemory();
    }
    pump();
  }

  /** The store holds as many events as it may. */
  async function makeRoom(events: readonly OwnEvent[]): Promise<void> {
    const outcome = dropped("queue_full");
    const now = clock.now();
    const oldest =
      settings.policy === "drop_oldest" ? await lease({ limit: events.length, now, until: now + LEASE }) : [];
    if (oldest.length === 0) {
      for (const event of events) own.end(event, outcome);
      return;
    }
    for (const { id, body } of oldest) {
      const event = own.get(id);
      if (event) own.end(event, outcome);
      else settings.ended(decodeBody(body), outcome);
    }
    settle(oldest.map(({ id }) => ({ id, outcome })));
    for (const event of events) if (own.get(event.draft.id)) keeper.put(event);
  }

  /** The store cannot be read: what this page has stored is delivered from memory. */
  function rescue(): void {
    for (const event of own.all()) if (event.place === "stored") event.toMemory();
  }

  function onLead(): void {
    isStocked = true;
    pump();
  }

  function onMessage(message: TabMessage): void {
    if ("ended" in message) {
      for (const { id, outcome } of message.ended) {
        const event = own.get(id);
        if (event) own.end(event, outcome);
      }
    } else if ("cleared" in message) {
      for (const event of own.all()) if (event.place === "stored") own.end(event, dropped("opted_out"));
    } else if (tabs.leads()) onLead();
  }

  return {
    put: keeper.put,
    abandon: keeper.abandon,
    async draw(limit) {
      if (!tabs.leads()) return [];
      if (hand.length > 0) return hand;
      const now = clock.now();
      hand = await lease({ limit, now: vainLooks > MAX_VAIN_LOOKS ? EVER : now, until: now + LEASE });
      if (hand.length > 0) vainLooks = 0;
      // What has ended here is only still there because the store has failed meanwhile.
      const isOver = ({ id }: OutboxRecord) => own.isOwn(id) && !own.get(id);
      settle(hand.filter(isOver).map(({ id }) => ({ id, outcome: { status: "accepted", attempts: 0 } })));
      // Of this page's own some may have been sent as it was hidden.
      hand = hand.filter(({ id }) => !own.isOwn(id) || own.get(id)?.sending === false);
      return hand;
    },
    take(batch) {
      hand = hand.filter((record) => !batch.includes(record));
    },
    settle,
    update,
    mark(sent) {
      const dueAt = clock.now() + UNHEARD_DELAY;
      const marked = new Map(
        sent.map((record) => [record.id, { ...record, attempts: record.attempts + 1, dueAt }]),
      );
      const unsaved = own.all().filter(({ place }) => place === "memory");
      update([...marked.values()].filter(({ id }) => own.get(id)?.place !== "memory"));
      if (unsaved.length === 0) return;
      for (const event of unsaved) event.place = "storing";
      outbox.append(unsaved.map(({ record }) => marked.get(record.id) ?? record)).then(
        () => onStored(unsaved),
        (cause) => onFailed(unsaved, cause),
      );
    },
    async look() {
      const stored = own.all().filter(({ place }) => place === "stored");
      const counts = await fromStore(() => outbox.counts());
      badLooks = counts ? 0 : badLooks + 1;
      isStocked = tabs.leads() && (counts ? counts.events > 0 : badLooks < MAX_BAD_LOOKS);
      vainLooks = isStocked ? vainLooks + 1 : 0;
      if (!counts) rescue();
      if (counts?.events !== 0 || stored.length === 0) return;
      const letters = new Map<string, Outcome>();
      await fromStore(async () => {
        for await (const { record, outcome } of outbox.deadLetters()) letters.set(record.id, outcome);
      });
      for (const event of stored) {
        own.end(event, letters.get(event.draft.id) ?? { status: "accepted", attempts: 0 });
      }
    },
    hasMore: () => isStocked,
    join: tabs.join,
    leave() {
      update(hand);
      hand = [];
      tabs.leave();
    },
    clear() {
      hand = [];
      void fromStore(() => outbox.clear());
      tabs.tell({ cleared: true });
    },
    close() {
      isClosed = true;
      outbox.close().catch(() => undefined);
    },
  };
}

/** Whether the store has reached its own bound, and not that of the browser. */
function isFull(error: unknown): boolean {
  const { code, cause } = (error ?? {}) as { readonly code?: unknown; readonly cause?: unknown };
  return code === "full" && cause === undefined;
}
