import {
  type Ending,
  type LeaseRequest,
  type OutboxError,
  type OutboxRecord,
  safeOutcome,
} from "@intercom-events/core";
import { inTime } from "./in-time.ts";
import { UNHEARD_DELAY } from "./next-step.ts";
import type { OwnEvent, OwnEvents } from "./own-events.ts";
import type { PageOutbox } from "./page-outbox.ts";
import { dropped, type LaneSettings } from "./route.ts";
import { createTabs, type TabMessage } from "./tabs.ts";

/** What a lane does with a store that tabs share; {@link createSharedStore}. */
export interface SharedStore {
  /** Stores an event of this page, with those that follow at once. */
  put(event: OwnEvent): void;
  /**
   * Leases the events this tab is to send.
   *
   * @param patience looks in a row at a store that held events and gave none, after which a clock must have been put back
   */
  draw(limit: number, patience: number): Promise<readonly OutboxRecord[]>;
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

/**
 * Milliseconds a lease lasts: longer than a request. A tab that dies leaves its events alone so long, and one that
 * was frozen while it had the lock those of the others.
 */
const LEASE = 30_000;

/** Events that are stored in one transaction, at most. */
const MAX_GROUP = 500;

/** Looks at a store that does not work before it is left alone until there is a new event. */
const MAX_BAD_LOOKS = 5;

const BROKEN = "the outbox does not work, so events wait in memory";

/** The last millisecond there is in a `Date`. */
const EVER = 8_640_000_000_000_000;

/** Shares a store with the other tabs of the site. Events wait in memory while it fails. */
export function createSharedStore(outbox: PageOutbox, { own, settings, pump }: StoreHost): SharedStore {
  const { clock } = settings;
  const tabs = createTabs(outbox.name ?? "", onLead, onMessage);
  /** Events that are to be stored, together. */
  const waiting: OwnEvent[] = [];
  /** Events that are stored together, at most: fewer where not all have fitted. */
  let groupSize = MAX_GROUP;
  let isStoring = false;
  let isClosed = false;
  let isStocked = false;
  let vainLooks = 0;
  let badLooks = 0;
  /** How often the visitor has opted out. */
  let clearings = 0;
  /** Whether the store may still hold what was there when the visitor opted out on this page. */
  let isToClear = false;

  function fromStore<T>(
    work: () => Promise<T>,
    onFailure: (cause: unknown) => void = (cause) => isClosed || settings.complain(BROKEN, cause),
  ): Promise<T | undefined> {
    return inTime(onceCleared(work), clock, onFailure);
  }

  /** Clearing comes before all else, so that it deletes nothing newer and nothing is sent that it should. */
  async function onceCleared<T>(work: () => Promise<T>): Promise<T> {
    if (isToClear) {
      await outbox.clear();
      isToClear = false;
    }
    return work();
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

  /** Stores an event together with those that follow at once. */
  function put(event: OwnEvent): void {
    event.place = "storing";
    waiting.push(event);
    if (waiting.length === 1) queueMicrotask(store);
  }

  /** Stores one group after the other. */
  async function store(): Promise<void> {
    if (isStoring || waiting.length === 0) return;
    isStoring = true;
    const group = waiting.splice(0, groupSize);
    // What is told late counts, too.
    await fromStore(
      () => outbox.appendApart(group).then(onStored),
      (cause) => {
        // Those that the page has not given up storing.
        const left = group.filter(({ place }) => place === "storing" || place === "decided");
        if (!isFull(cause)) onFailed(left, cause);
        else if (left.length > 1) divide(left);
        else if (left[0]) void makeRoom(left[0]);
      },
    );
    isStoring = false;
    void store();
  }

  /** The store refuses a group whole, although some of it may fit. */
  function divide(events: readonly OwnEvent[]): void {
    for (const event of events) event.place = "storing";
    waiting.unshift(...events);
    groupSize = events.length >> 1;
  }

  function onStored(records: readonly OutboxRecord[]): void {
    groupSize = Math.min(MAX_GROUP, groupSize * 2);
    for (const { id } of records) {
      const event = own.get(id);
      if (!event) continue;
      event.place = "stored";
      event.keep(true);
      event.decide();
    }
    tabs.tell({ fresh: true });
    onLead();
  }

  function onFailed(events: readonly OwnEvent[], cause: unknown): void {
    for (const event of events) {
      settings.complain(BROKEN, cause); // Which says it once; of events that were given up there is nothing to say.
      event.keep(false);
      own.toMemory(event);
      // Then nothing is delivered from memory.
      if (isClosed) own.end(event.record, dropped("closed"));
    }
    pump();
  }

  /** The store holds as many events as it may: the oldest makes way, or the new one does. */
  async function makeRoom(event: OwnEvent): Promise<void> {
    const outcome = dropped("queue_full");
    const now = clock.now();
    const [oldest = event.record] =
      settings.policy === "drop_oldest" ? await lease({ limit: 1, now, until: now + LEASE }) : [];
    own.end(oldest, outcome);
    settle([{ id: oldest.id, outcome }]);
    if (own.get(event.record.id)) put(event);
  }

  /** The store cannot be read: what this page has stored is delivered from memory. */
  function rescue(): void {
    for (const event of stored()) own.toMemory(event);
  }

  function stored(): OwnEvent[] {
    return own.all().filter(({ place }) => place === "stored");
  }

  function onLead(): void {
    isStocked = true;
    pump();
  }

  function onMessage(message: TabMessage): void {
    if ("ended" in message) {
      for (const ending of message.ended) own.end(ending, ending.outcome);
    } else if ("cleared" in message) {
      clearings += 1;
      for (const { record } of stored()) own.end(record, dropped("opted_out"));
    } else if (tabs.leads()) onLead();
  }

  return {
    put,
    async draw(limit, patience) {
      const now = clock.now();
      // Who has the lock may be frozen; then leases keep apart who delivers.
      if (!tabs.leads() && !stored().some(({ record }) => record.trackedAt + LEASE < now)) return [];
      const before = clearings;
      const leased = await lease({ limit, now: vainLooks > patience ? EVER : now, until: now + LEASE });
      if (clearings > before || isClosed) {
        update(leased); // Which keeps nothing that was deleted.
        return [];
      }
      if (leased.length > 0) vainLooks = 0;
      // What has ended here is only still there because the store has failed meanwhile.
      const isOver = ({ id }: OutboxRecord) => own.isOwn(id) && !own.get(id);
      settle(leased.filter(isOver).map(({ id }) => ({ id, outcome: { status: "accepted", attempts: 0 } })));
      // Of this page's own some may have been sent as it was hidden.
      return leased.filter((record) => !isOver(record) && !own.get(record.id)?.sending);
    },
    settle,
    update,
    mark(sent) {
      const dueAt = clock.now() + UNHEARD_DELAY;
      const marked = (record: OutboxRecord): OutboxRecord =>
        sent.includes(record) ? { ...record, attempts: record.attempts + 1, dueAt } : record;
      const unsaved = own.all().filter(({ place }) => place === "memory");
      const records = unsaved.map(({ record }) => marked(record));
      for (const event of unsaved) event.place = "leaving";
      // First, as what is stored already is safe.
      if (records.length > 0) {
        void fromStore(
          () => outbox.append(records).then(() => onStored(records)),
          // Also where there is no room: they are on their way, and may have arrived.
          (cause) =>
            onFailed(
              unsaved.filter(({ place }) => place === "leaving"),
              cause,
            ),
        );
      }
      update(sent.map(marked));
    },
    async look() {
      const before = stored();
      const counts = await fromStore(() => outbox.counts());
      badLooks = counts ? 0 : badLooks + 1;
      isStocked = tabs.leads() && (counts ? counts.events > 0 : badLooks < MAX_BAD_LOOKS);
      vainLooks = isStocked ? vainLooks + 1 : 0;
      if (!counts) rescue();
      if (counts?.events !== 0 || before.length === 0) return;
      await fromStore(async () => {
        for await (const { record, outcome } of outbox.deadLetters()) {
          if (own.get(record.id)) own.end(record, outcome);
        }
      });
      for (const { record } of before) own.end(record, { status: "accepted", attempts: 0 });
    },
    hasMore: () => isStocked,
    join: tabs.join,
    leave: tabs.leave,
    clear() {
      clearings += 1;
      isToClear = true;
      void fromStore(async () => undefined);
      tabs.tell({ cleared: true });
    },
    close() {
      isClosed = true;
      outbox.close().catch(() => undefined);
    },
  };
}

/** Whether others have to make room: the store has reached its own bound, and not that of the browser. */
function isFull(error: unknown): boolean {
  const refusal = error as Partial<OutboxError> | undefined;
  return refusal?.code === "full" && !refusal.cause;
}
