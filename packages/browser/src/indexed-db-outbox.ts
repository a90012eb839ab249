import {
  isDelivered,
  type LeaseRequest,
  OutboxError,
  type OutboxOptions,
  type OutboxRecord,
  safeOutcome,
} from "@intercom-events/core";
import { checkOutboxOptions } from "./check-options.ts";
import { ask, indexedDbNamed, STORES, type Stores } from "./indexed-db.ts";
import { findEvent, type Kept, readEvents, recordOf } from "./kept-events.ts";
import { readSummary, type Summary, writeSummary } from "./outbox-summary.ts";
import { firstFree } from "./own-event.ts";
import type { PageOutbox, StoreInside } from "./page-outbox.ts";
import { createSharedStore } from "./shared-store.ts";

/** What {@link indexedDbOutbox} takes. */
export interface IndexedDbOutboxOptions extends OutboxOptions {
  /** The database, one for each contact and endpoint that shall not share events. @default "intercom-events" */
  readonly name?: string | undefined;
  /** Events without an outcome at most; a batch that does not fit is refused whole. @default 1000 */
  readonly maxEvents?: number | undefined;
  /** Characters of their bodies at most, all together. @default 1048576 (1 MiB, or 2 with other scripts than Latin) */
  readonly maxBytes?: number | undefined;
  /** Dead letters at most; the oldest are forgotten first. @default 0, as nobody looks into a visitor's browser */
  readonly maxDeadLetters?: number | undefined;
  /** Milliseconds a dead letter is kept; looked at whenever events end. @default 2592000000 (30 days) */
  readonly deadLetterAge?: number | undefined;
}

/** Seconds for which those of events are remembered, before and after what is appended. */
const MEMORY = 3600;

/**
 * Keeps events in IndexedDB, where they outlive the page. All tabs of an origin share them.
 *
 * The database is opened at the first call; one that cannot be used has that call, and each after it until
 * it can be, reject with an `OutboxError`. What is kept outlives a crash of the browser; at a loss of
 * power the last seconds may be lost, as browsers do not wait for the disk.
 *
 * @throws {TypeError} naming the option that is wrong and what was expected; only in the build for development
 */
export function indexedDbOutbox(options: IndexedDbOutboxOptions = {}): PageOutbox {
  checkOutboxOptions(options);
  const {
    name = "intercom-events",
    maxEvents = 1000,
    maxBytes = 1 << 20,
    maxDeadLetters = 0,
    deadLetterAge = 2_592_000_000,
  } = options;
  const database = indexedDbNamed(name);
  // Not a UUID, which pages without HTTPS cannot make.
  const me = Math.random();
  let closing: Promise<void> | undefined;

  async function call<T>(verb: string, run: (stores: Stores) => Promise<T>): Promise<T> {
    if (closing) throw new OutboxError("closed", `Cannot ${verb}: the outbox is closed`);
    return database.transact(verb, run);
  }

  function lease(record: OutboxRecord, leaseUntil = 0): Kept {
    return { ...record, owner: leaseUntil && me, leaseUntil };
  }

  function add(
    stores: Stores,
    summary: Summary,
    records: readonly OutboxRecord[],
    leaseUntil?: number,
  ): void {
    if (records.length === 0) return;
    summary.events += records.length;
    for (const record of records) {
      summary.bytes += record.body.length;
      stores("events").add(lease(record, leaseUntil));
    }
    if (summary.events > maxEvents || summary.bytes > maxBytes) {
      // For what is larger than all there may be no room can be made.
      const cause = records.every(({ body }) => body.length > maxBytes) && "larger than maxBytes";
      throw new OutboxError("full", "Cannot append: maxEvents or maxBytes is reached", { cause });
    }
    writeSummary(stores, summary);
  }

  async function giveBack(): Promise<void> {
    await database
      .transact("close", async (stores) => {
        for await (const kept of readEvents(stores)) {
          if (kept.owner === me) stores("events").put(lease(kept));
        }
      })
      // Leases run out by themselves, and closing must not fail for them.
      .catch(() => undefined);
    database.disconnect();
  }

  function leaseDue({ limit, now, until }: LeaseRequest, by: number): Promise<OutboxRecord[]> {
    return call("lease", async (stores) => {
      const leased: OutboxRecord[] = [];
      for await (const kept of readEvents(stores)) {
        if (leased.length >= limit) break;
        if (kept.dueAt > by || kept.leaseUntil > now) continue;
        stores("events").put(lease(kept, until));
        leased.push(recordOf(kept));
      }
      return leased;
    });
  }

  const inside: StoreInside = {
    ids: () => call("read", (stores) => ask(stores("events").getAllKeys())),
    leaseDue,
  };

  const outbox: PageOutbox = {
    name,
    share: (host) => createSharedStore(outbox, inside, host),
    append: (records, leaseUntil) =>
      call("append", async (stores) => add(stores, await readSummary(stores), records, leaseUntil)),
    appendApart: (drafts, leaseUntil) =>
      call("append", async (stores) => {
        const records: OutboxRecord[] = [];
        if (drafts.length === 0) return records;
        const seconds = stores("seconds");
        const first = Math.min(...drafts.map(({ second }) => second));
        const summary = await readSummary(stores);
        const taken = new Set((await ask(seconds.getAllKeys(IDBKeyRange.lowerBound([first])))).map(String));
        // Nothing is waited for from here on, so that a page that dies has asked for all of it or nothing.
        seconds.delete(IDBKeyRange.upperBound([first - MEMORY]));
        seconds.delete(IDBKeyRange.lowerBound([first + MEMORY]));
        for (const draft of drafts) {
          const { name } = draft;
          const second = firstFree(draft.second, name, taken);
          const record = draft.finish(second);
          if (!record) continue;
          const key = [second, name];
          taken.add(String(key));
          seconds.put(0, key);
          records.push(record);
        }
        add(stores, summary, records, leaseUntil);
        return records;
      }),
    lease: (request) => leaseDue(request, request.now),
    renew: (ids, until) =>
      call("renew", async (stores) => {
        for (const id of ids) {
          const kept = await findEvent(stores, id);
          if (kept?.owner === me) stores("events").put(lease(kept, until));
        }
      }),
    update: (records, leaseUntil) =>
      call("update", async (stores) => {
        for (const record of records) {
          const kept = await findEvent(stores, record.id);
          if (!kept || (kept.owner && kept.owner !== me)) continue;
          const { body, trackedAt } = kept;
          stores("events").put(lease({ ...record, body, trackedAt }, leaseUntil));
        }
      }),
    settle: (endings, now) =>
      call("settle", async (stores) => {
        if (endings.length === 0) return;
        const summary = await readSummary(stores);
        for (const { id, outcome } of endings) {
          const kept = await findEvent(stores, id);
          if (!kept) continue;
          stores("events").delete(id);
          summary.events -= 1;
          summary.bytes -= kept.body.length;
          if (isDelivered(outcome)) continue;
          summary.letters.push({ record: recordOf(kept), outcome: safeOutcome(outcome), endedAt: now });
        }
        summary.letters = summary.letters
          .slice(Math.max(0, summary.letters.length - maxDeadLetters))
          .filter(({ endedAt }) => endedAt > now - deadLetterAge);
        writeSummary(stores, summary);
      }),
    counts: () =>
      call("count", async (stores) => {
        const { events, bytes, letters } = await readSummary(stores);
        return { events, bytes, deadLetters: letters.length };
      }),
    async *deadLetters() {
      yield* (await call("read dead letters", readSummary)).letters;
    },
    // Also once it is closed: a visitor may opt out at any time.
    clear: () =>
      database.transact("clear", async (stores) => {
        for (const name of STORES) stores(name).clear();
      }),
    close() {
      closing ??= giveBack();
      return closing;
    },
  };
  return outbox;
}
