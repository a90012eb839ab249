import { createMemoryStore, type MemoryStore, memoryOutbox } from "@intercom-events/core";
import type { PageOutbox, StoreInside } from "../src/page-outbox.ts";
import { createSharedStore } from "../src/shared-store.ts";

/** What the tabs of a site share, in the place of a database in IndexedDB. */
export interface MemoryDatabase {
  readonly events: MemoryStore;
  /** Names and seconds that events have. */
  readonly taken: Set<string>;
}

export function memoryDatabase(): MemoryDatabase {
  return { events: createMemoryStore(), taken: new Set() };
}

/** Bounds, and what goes wrong. */
export interface MemoryPageOutboxOptions {
  readonly maxEvents?: number;
  /** Whether a call fails, and so changes nothing. */
  readonly fails?: () => boolean;
  /** Whether the tab lives: what is asked by a dead one never answers. */
  readonly isAlive?: () => boolean;
}

/** The outbox of pages in its plainest words. As with a database, each call takes a while. */
export function memoryPageOutbox(
  database: MemoryDatabase,
  options: MemoryPageOutboxOptions = {},
): PageOutbox {
  const { maxEvents = 100_000, fails = () => false, isAlive = () => true } = options;
  const inner = memoryOutbox({ store: database.events, maxEvents });
  let last: Promise<unknown> = Promise.resolve();

  /** Calls take effect one after the other, and not at once. */
  function call<T>(work: () => Promise<T>): Promise<T> {
    const done = last.then(async () => {
      await new Promise(setImmediate);
      if (!isAlive()) return new Promise<never>(() => {});
      if (fails()) throw new Error("the disk is broken");
      const result = await work();
      return isAlive() ? result : new Promise<never>(() => {});
    });
    last = done.then(
      () => undefined,
      () => undefined,
    );
    return done;
  }

  const inside: StoreInside = {
    ids: () => call(async () => [...database.events.events.keys()]),
    leaseDue: (request, by) =>
      call(async () => {
        const { events } = database.events;
        const waiting = [...events].filter(
          ([, { record }]) => record.dueAt > request.now && record.dueAt <= by,
        );
        for (const [id, kept] of waiting) events.set(id, { ...kept, record: { ...kept.record, dueAt: 0 } });
        const leased = await inner.lease(request);
        for (const [id, kept] of waiting) {
          if (!leased.some((record) => record.id === id)) events.set(id, kept);
        }
        return leased;
      }),
  };

  const outbox: PageOutbox = {
    share: (host) => createSharedStore(outbox, inside, host),
    append: (records, leaseUntil) => call(() => inner.append(records, leaseUntil)),
    lease: (request) => call(() => inner.lease(request)),
    renew: (ids, until) => call(() => inner.renew(ids, until)),
    update: (records, leaseUntil) => call(() => inner.update(records, leaseUntil)),
    settle: (endings, now) => call(() => inner.settle(endings, now)),
    counts: () => call(() => inner.counts()),
    deadLetters: () => inner.deadLetters(),
    close: () => call(() => inner.close()),
    appendApart: (drafts, leaseUntil) =>
      call(async () => {
        const records = drafts.flatMap((draft) => {
          let second = draft.second;
          while (database.taken.has(`${draft.name} ${second}`) && second < draft.second + 60) second += 1;
          const record = draft.finish(second);
          if (!record) return [];
          database.taken.add(`${draft.name} ${second}`);
          return [record];
        });
        await inner.append(records, leaseUntil);
        return records;
      }),
    clear: () =>
      call(async () => {
        database.events.events.clear();
        database.events.deadLetters.length = 0;
        database.events.bytes = 0;
        database.taken.clear();
      }),
  };
  return outbox;
}
