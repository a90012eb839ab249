import { isDelivered } from "./is-delivered.ts";
import { type DeadLetter, type LeaseRequest, type Outbox, OutboxError, type OutboxRecord } from "./outbox.ts";
import { type OutboxOptions, type OutboxPolicy, resolveOutboxOptions } from "./outbox-options.ts";
import { safeOutcome } from "./safe-outcome.ts";

/** What {@link memoryOutbox} takes. */
export interface MemoryOutboxOptions extends OutboxOptions {
  /** A store to share with other outboxes of this process. @default one of its own */
  readonly store?: MemoryStore | undefined;
}

/** What outboxes in memory keep, shared by those that are given the same one. */
export interface MemoryStore {
  /** Events without an outcome. */
  readonly events: Map<string, KeptEvent>;
  /** Events that ended without having been accepted, the oldest first. */
  readonly deadLetters: DeadLetter[];
  /** Characters of the bodies of `events`. */
  bytes: number;
  /** The greatest id seen, to notice one that comes out of order. */
  lastId: string;
  /** Whether `events` have left the order of ids. */
  isUnordered: boolean;
}

/** An event and its lease. */
export interface KeptEvent {
  /** The event. */
  readonly record: OutboxRecord;
  /** The outbox that leased it last, unless it gave it back. */
  readonly owner: object | undefined;
  /** When the lease runs out, in milliseconds since the epoch. */
  readonly leaseUntil: number;
}

/** An empty store in memory. */
export function createMemoryStore(): MemoryStore {
  return { events: new Map(), deadLetters: [], bytes: 0, lastId: "", isUnordered: false };
}

/**
 * Keeps events in memory, so no longer than the process lives: the plain words of {@link Outbox}, that
 * every durable one is compared to.
 *
 * @throws {TypeError} naming the option that is wrong and what was expected
 */
export function memoryOutbox(options: MemoryOutboxOptions = {}): Outbox {
  const policy = resolveOutboxOptions(options, ["store"], { maxEvents: 100_000, maxDeadLetters: 1000 });
  const { store = createMemoryStore() } = options;
  const { events } = store;
  const owner = {};
  let isClosed = false;

  function assertOpen(): void {
    if (isClosed) throw new OutboxError("closed", "Cannot use outbox: it is closed");
  }

  function keep(record: OutboxRecord, leaseUntil: number | undefined): void {
    events.set(record.id, { record, ...leaseOf(owner, leaseUntil) });
  }

  return {
    async append(records, leaseUntil) {
      assertOpen();
      refuseBeyond(policy, events.size, records.length);
      refuseKnown(events, records);
      for (const record of records) {
        keep({ ...record }, leaseUntil);
        store.bytes += record.body.length;
        if (record.id < store.lastId) store.isUnordered = true;
        else store.lastId = record.id;
      }
    },
    async lease({ limit, now, until }: LeaseRequest) {
      assertOpen();
      order(store);
      const leased: OutboxRecord[] = [];
      for (const { record, leaseUntil } of events.values()) {
        if (leased.length >= limit) break;
        if (record.dueAt <= now && leaseUntil <= now) leased.push(record);
      }
      for (const record of leased) keep(record, until);
      return leased;
    },
    async renew(ids, until) {
      assertOpen();
      for (const id of ids) {
        const kept = events.get(id);
        if (kept?.owner === owner) keep(kept.record, until);
      }
    },
    async update(records, leaseUntil) {
      assertOpen();
      for (const record of records) {
        const kept = events.get(record.id);
        if (kept === undefined || (kept.owner !== undefined && kept.owner !== owner)) continue;
        const { body, trackedAt } = kept.record;
        keep({ ...record, body, trackedAt }, leaseUntil);
      }
    },
    async settle(endings, now) {
      assertOpen();
      for (const { id, outcome } of endings) {
        const record = events.get(id)?.record;
        if (record === undefined) continue;
        events.delete(id);
        store.bytes -= record.body.length;
        if (!isDelivered(outcome))
          store.deadLetters.push({ record, outcome: safeOutcome(outcome), endedAt: now });
      }
      if (endings.length > 0) prune(store.deadLetters, policy, now);
    },
    async counts() {
      assertOpen();
      return { events: events.size, bytes: store.bytes, deadLetters: store.deadLetters.length };
    },
    async *ids() {
      assertOpen();
      order(store);
      for (const id of [...events.keys()]) {
        assertOpen();
        yield id;
      }
    },
    async *deadLetters() {
      assertOpen();
      for (const letter of [...store.deadLetters]) {
        assertOpen();
        yield letter;
      }
    },
    async close() {
      if (isClosed) return;
      isClosed = true;
      for (const [id, kept] of events) {
        if (kept.owner === owner) events.set(id, { record: kept.record, ...leaseOf(owner, undefined) });
      }
    },
  };
}

function leaseOf(owner: object, leaseUntil: number | undefined): Pick<KeptEvent, "owner" | "leaseUntil"> {
  return leaseUntil === undefined ? { owner: undefined, leaseUntil: 0 } : { owner, leaseUntil };
}

function refuseKnown(events: ReadonlyMap<string, KeptEvent>, records: readonly OutboxRecord[]): void {
  const ids = new Set(records.map(({ id }) => id));
  if (ids.size < records.length || records.some(({ id }) => events.has(id))) {
    throw new OutboxError("failed", "Cannot keep events: one of their ids is kept already");
  }
}

function refuseBeyond({ maxEvents }: OutboxPolicy, kept: number, more: number): void {
  if (more === 0 || kept + more <= maxEvents) return;
  throw new OutboxError("full", `Cannot keep events: ${kept} of at most ${maxEvents} are kept already`);
}

/** Puts events back into the order of their ids, which tracking nearly always keeps. */
function order(store: MemoryStore): void {
  if (!store.isUnordered) return;
  store.isUnordered = false;
  const sorted = [...store.events].sort(([a], [b]) => (a < b ? -1 : 1));
  store.events.clear();
  for (const [id, kept] of sorted) store.events.set(id, kept);
}

/** Forgets dead letters from the oldest on: those that are too old, and as many as are too many. */
function prune(letters: DeadLetter[], { maxDeadLetters, deadLetterAge }: OutboxPolicy, now: number): void {
  const young = letters.findIndex(({ endedAt }) => endedAt > now - deadLetterAge);
  const old = young === -1 ? letters.length : young;
  letters.splice(0, Math.max(old, letters.length - maxDeadLetters));
}
