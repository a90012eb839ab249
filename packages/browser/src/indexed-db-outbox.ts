import {
  type DeadLetter,
  OutboxError,
  type OutboxOptions,
  type OutboxRecord,
  type Outcome,
} from "@intercom-events/core";
import { atLeast, checkOptions, type Rule } from "./check-options.ts";
import {
  ask,
  EMPTY,
  indexedDbNamed,
  readTotals,
  type Stores,
  type Totals,
  writeTotals,
} from "./indexed-db.ts";
import type { PageDraft, PageOutbox } from "./page-outbox.ts";
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

/** An event and its lease. */
interface Kept extends OutboxRecord {
  /** The outbox that leased it last; 0 once it gave it back. */
  readonly owner: number;
  readonly leaseUntil: number;
}

/** Seconds after an event's own that it may be moved. */
const REACH = 60;
/** Seconds for which those of events are remembered, before and after what is appended. */
const MEMORY = 3600;

const A_NAME: Rule = { expected: "a text", fits: (value) => typeof value === "string" && value !== "" };
const A_COUNT: Rule = {
  expected: "a positive integer",
  fits: (value) => Number.isSafeInteger(value) && (value as number) > 0,
};

/**
 * Keeps events in IndexedDB, where they outlive the page. All tabs of an origin share them.
 *
 * The database is opened at the first call; one that cannot be used has that call, and each after it until
 * it can be, reject with an `OutboxError`. What is kept outlives a crash of the browser; at a loss of
 * power the last seconds may be lost, as browsers do not wait for the disk.
 *
 * @throws {TypeError} naming the option that is wrong and what was expected
 */
export function indexedDbOutbox(options: IndexedDbOutboxOptions = {}): PageOutbox {
  checkOptions("open outbox", options, {
    name: A_NAME,
    maxEvents: A_COUNT,
    maxBytes: A_COUNT,
    maxDeadLetters: atLeast(0),
    deadLetterAge: atLeast(1),
  });
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

  function lease(record: OutboxRecord, leaseUntil?: number): Kept {
    return { ...record, owner: leaseUntil === undefined ? 0 : me, leaseUntil: leaseUntil ?? 0 };
  }

  function add(stores: Stores, totals: Totals, records: readonly OutboxRecord[], leaseUntil?: number): void {
    if (records.length === 0) return;
    totals.events += records.length;
    for (const record of records) {
      totals.bytes += record.body.length;
      stores("events").add(lease(record, leaseUntil));
    }
    if (totals.events > maxEvents || totals.bytes > maxBytes) {
      throw new OutboxError("full", "Cannot append: maxEvents or maxBytes is reached");
    }
    writeTotals(stores, totals);
  }

  async function giveBack(): Promise<void> {
    await database
      .transact("close", async (stores) => {
        await walk(stores("events"), (cursor) => {
          if (cursor.value.owner === me) cursor.update(lease(cursor.value));
        });
      })
      // Leases run out by themselves, and closing must not fail for them.
      .catch(() => undefined);
    database.disconnect();
  }

  const outbox: PageOutbox = {
    name,
    share: (host) => createSharedStore(outbox, host),
    append: (records, leaseUntil) =>
      call("append", async (stores) => add(stores, await readTotals(stores), records, leaseUntil)),
    appendApart(drafts, leaseUntil) {
      let undecided = drafts;
      const done = call("append", async (stores) => {
        if (undecided.length === 0) return;
        const seconds = stores("seconds");
        const first = Math.min(...undecided.map(({ second }) => second));
        const totals = await readTotals(stores);
        const taken = new Set((await ask(seconds.getAllKeys(IDBKeyRange.lowerBound([first])))).map(String));
        // Nothing is waited for from here on, so that a page that dies has asked for all of it or nothing.
        seconds.delete(IDBKeyRange.upperBound([first - MEMORY]));
        seconds.delete(IDBKeyRange.lowerBound([first + MEMORY]));
        const records = undecided.map((draft) => {
          const key = freeKey(taken, draft);
          taken.add(String(key));
          seconds.put(0, key);
          const { id, trackedAt } = draft;
          return { id, body: draft.finish(key[0]), trackedAt, attempts: 0, failures: 0, dueAt: 0 };
        });
        undecided = [];
        add(stores, totals, records, leaseUntil);
      });
      return {
        done,
        abandon() {
          const ids = undecided.map(({ id }) => id);
          undecided = [];
          return ids;
        },
      };
    },
    lease: ({ limit, now, until }) =>
      call("lease", async (stores) => {
        const leased: OutboxRecord[] = [];
        await walk(stores("events"), (cursor) => {
          const kept: Kept = cursor.value;
          if (leased.length >= limit) return true;
          if (kept.dueAt <= now && kept.leaseUntil <= now) {
            cursor.update(lease(kept, until));
            leased.push(recordOf(kept));
          }
          return leased.length >= limit;
        });
        return leased;
      }),
    renew: (ids, until) =>
      call("renew", async (stores) => {
        for (const id of ids) {
          const kept = await find(stores, id);
          if (kept?.owner === me) stores("events").put(lease(kept, until));
        }
      }),
    update: (records, leaseUntil) =>
      call("update", async (stores) => {
        for (const record of records) {
          const kept = await find(stores, record.id);
          if (!kept || (kept.owner && kept.owner !== me)) continue;
          const { body, trackedAt } = kept;
          stores("events").put(lease({ ...record, body, trackedAt }, leaseUntil));
        }
      }),
    settle: (endings, now) =>
      call("settle", async (stores) => {
        const letters = stores("letters");
        const totals = await readTotals(stores);
        for (const { id, outcome } of endings) {
          const kept = await find(stores, id);
          if (!kept) continue;
          stores("events").delete(id);
          totals.events -= 1;
          totals.bytes -= kept.body.length;
          // Where none are kept there need be no room for one.
          if (!maxDeadLetters || /accepted|duplicate/.test(outcome.status)) continue;
          letters.add({ record: recordOf(kept), outcome: plain(outcome), endedAt: now });
          totals.deadLetters += 1;
        }
        if (endings.length > 0) {
          await walk(letters, (cursor) => {
            if (totals.deadLetters <= maxDeadLetters && cursor.value.endedAt > now - deadLetterAge)
              return true;
            cursor.delete();
            totals.deadLetters -= 1;
          });
        }
        writeTotals(stores, totals);
      }),
    counts: () => call("count", readTotals),
    async *deadLetters() {
      yield* await call("read dead letters", (stores) => ask<DeadLetter[]>(stores("letters").getAll()));
    },
    clear: () =>
      call("clear", async (stores) => {
        for (const name of ["events", "letters", "seconds"] as const) stores(name).clear();
        writeTotals(stores, EMPTY);
      }),
    close() {
      closing ??= giveBack();
      return closing;
    },
  };
  return outbox;
}

function find(stores: Stores, id: string): Promise<Kept | undefined> {
  return ask(stores("events").get(id));
}

function recordOf({ owner, leaseUntil, ...record }: Kept): OutboxRecord {
  return record;
}

/** An outcome as data. Of an error its name and message are taken: what else hangs on it may be a secret. */
function plain(outcome: Outcome): Outcome {
  return JSON.parse(
    JSON.stringify(outcome, (_key, value) =>
      value instanceof Error ? { name: value.name, message: value.message } : value,
    ),
  );
}

/** Goes through a store in the order of its keys until told to stop. */
async function walk(store: IDBObjectStore, isLast: (cursor: IDBCursorWithValue) => unknown): Promise<void> {
  const request = store.openCursor();
  for (let cursor = await ask(request); cursor && !isLast(cursor); cursor = await ask(request)) {
    cursor.continue();
  }
}

/** The first second within reach that no event of its name has, as it is remembered; else its own. */
function freeKey(taken: ReadonlySet<string>, { second, name }: PageDraft): [number, string] {
  for (let at = second; at <= second + REACH; at += 1) {
    if (!taken.has(String([at, name]))) return [at, name];
  }
  return [second, name];
}
