import { openDB } from "idb";
import { describe, expect, inject, test, vi } from "vitest";
import { server } from "vitest/browser";
import {
  assertRefused,
  lettersOf,
  type OutboxStore,
  outboxCases,
  record,
  records,
} from "../../core/tests/outbox-contract.ts";
import { assertLikeMemory } from "../../core/tests/outbox-property.ts";
import { cleanUp, draft, freshName } from "../test/outbox-page.ts";
import { createTracker } from "./create-tracker.ts";
import { indexedDbOutbox } from "./indexed-db-outbox.ts";
import { relay } from "./relay.ts";

/** The part of the Storage Buckets API that is used here. https://wicg.github.io/storage-buckets/ */
interface Buckets {
  open(name: string, options: { quota: number }): Promise<{ readonly indexedDB: IDBFactory }>;
  delete(name: string): Promise<void>;
}

const NOW = 1_700_000_000_000;

cleanUp();

/** A database of its own, with room for what the cases keep. */
function createStore(): OutboxStore {
  const name = freshName();
  return { open: (options) => indexedDbOutbox({ maxDeadLetters: 1000, ...options, name }) };
}

/** All that a database holds. */
async function contentOf(name: string): Promise<unknown> {
  const db = await openDB(name);
  const stores = [...db.objectStoreNames];
  const content = await Promise.all(
    stores.map(async (store) => [store, await db.getAllKeys(store), await db.getAll(store)]),
  );
  db.close();
  return [db.version, content];
}

/** Text that browsers cannot compress by much. */
function noise(length: number): string {
  const parts: string[] = [];
  for (let left = length; left > 0; left -= 2 ** 16) {
    const bytes = crypto.getRandomValues(new Uint8Array(Math.min(left, 2 ** 16)));
    parts.push(String.fromCharCode(...bytes));
  }
  return parts.join("");
}

describe("the outbox in IndexedDB", () => {
  // Tabs tell each other how events have ended, so nobody asks it for ids but its delivery.
  for (const { name, run } of outboxCases(createStore, { tellsIds: false })) test(name, run);

  test("answers any calls as the one in memory does", () => assertLikeMemory(createStore, 40));

  test.each([
    [null, '"options" must be an object, got null'],
    [{ name: "" }, '"name" must be a text, got string'],
    [{ maxEvents: 2.5 }, '"maxEvents" must be a positive integer, got 2.5'],
    [{ maxBytes: 0 }, '"maxBytes" must be a positive integer, got 0'],
    [{ maxDeadLetters: -1 }, '"maxDeadLetters" must be a number of at least 0, got -1'],
    [{ deadLetterAge: 0 }, '"deadLetterAge" must be a number of at least 1, got 0'],
    [{ path: "x" }, '"path" must be left out, as there is no such option, got string'],
  ])("refuses the options %j", (options, message) => {
    expect(() => indexedDbOutbox(options as never)).toThrow(new TypeError(`Cannot open outbox: ${message}`));
  });

  test("makes no database before it is used, and one of its own name then", async () => {
    const outbox = indexedDbOutbox();
    expect(await indexedDB.databases()).toEqual([]);
    await outbox.counts();
    expect(await indexedDB.databases()).toEqual([{ name: "intercom-events", version: 1 }]);
    await outbox.close();
  });

  test("refuses what goes beyond maxBytes whole, and takes what fits", async () => {
    const outbox = indexedDbOutbox({ name: freshName(), maxBytes: 100 });
    await outbox.append([record(1, { body: "é".repeat(60) })]);
    await assertRefused(outbox.append(records(2, 3, { body: "x".repeat(21) })), "full");
    expect(await outbox.counts()).toEqual({ events: 1, bytes: 60, deadLetters: 0 });
    await outbox.append(records(2, 3, { body: "x".repeat(20) }));
    expect(await outbox.counts()).toEqual({ events: 3, bytes: 100, deadLetters: 0 });
    await outbox.close();
  });

  test("refuses an event that is larger than maxBytes and drops no other for it, but the oldest for others", async () => {
    const name = freshName();
    const options = { name, maxBytes: 100 };
    let free = (): void => undefined;
    // Another tab delivers, so that what is stored waits.
    void navigator.locks.request(
      `intercom-events ${name}`,
      () => new Promise<void>((resolve) => (free = resolve)),
    );
    vi.spyOn(console, "warn").mockImplementation(() => undefined);
    const fetch = vi.spyOn(globalThis, "fetch");
    fetch.mockImplementation(async () => Response.json({ results: [{ status: "accepted" }] }));
    const earlier = indexedDbOutbox(options);
    await earlier.append([record(1, { body: "{}" })]);
    const tracker = createTracker({
      route: relay({ url: "/nowhere" }),
      outbox: indexedDbOutbox(options),
      queue: { policy: "drop_oldest" },
    });
    const large = tracker.track("a", { text: "x".repeat(100) });
    const [first, second] = [tracker.track("b"), tracker.track("c")];
    expect(await large.stored).toBe(false);
    expect(await large).toEqual({ status: "accepted", attempts: 1 });
    expect([await first.stored, await second.stored]).toEqual([true, true]);
    expect(await earlier.counts()).toMatchObject({ events: 3 });
    expect(await tracker.track("d").stored).toBe(true);
    expect(await first).toEqual({ status: "dropped", reason: "queue_full" });
    expect(await earlier.counts()).toMatchObject({ events: 3 });
    vi.restoreAllMocks();
    free();
    await tracker.close({ timeout: 0 });
    await earlier.close();
  });

  test("leases in order beyond what is leased already or not due, however many that are", async () => {
    const outbox = indexedDbOutbox({ name: freshName() });
    await outbox.append(records(1, 150), NOW + 1000);
    await outbox.append(records(151, 250, { dueAt: NOW + 1 }));
    await outbox.append(records(251, 260));
    const request = { now: NOW, until: NOW + 1000 };
    expect(await outbox.lease({ ...request, limit: 4 })).toEqual(records(251, 254));
    expect(await outbox.lease({ ...request, limit: 999 })).toEqual(records(255, 260));
    const all = await outbox.lease({ limit: 999, now: NOW + 1000, until: NOW + 1000 });
    expect(all.map(({ id }) => id)).toEqual(records(1, 260).map(({ id }) => id));
    await outbox.close();
  });

  test("keeps 1000 events, 1 MiB of bodies and no dead letters, unless told otherwise", async () => {
    const outbox = indexedDbOutbox({ name: freshName() });
    await assertRefused(outbox.append(records(1, 1001)), "full");
    await assertRefused(outbox.append([record(1, { body: "x".repeat(2 ** 20 + 1) })]), "full");
    await outbox.append([record(1, { body: "x".repeat(2 ** 20) })]);
    await outbox.settle([{ id: record(1).id, outcome: { status: "dropped", reason: "expired" } }], NOW);
    await outbox.append(records(1, 1000));
    expect(await outbox.counts()).toMatchObject({ events: 1000, deadLetters: 0 });
    await outbox.close();
  });

  test("forgets all it holds when cleared, and goes on", async () => {
    const name = freshName();
    const [one, other] = [
      indexedDbOutbox({ name, maxDeadLetters: 9 }),
      indexedDbOutbox({ name, maxDeadLetters: 9 }),
    ];
    await one.append(records(1, 4), NOW + 1000);
    await one.settle([{ id: record(1).id, outcome: { status: "dropped", reason: "expired" } }], NOW);
    await one.appendApart([draft("a", "n", 1000)]);
    const appended = other.append([record(7)]);
    await other.clear();
    await appended;
    expect(await contentOf(name)).toEqual([
      1,
      [
        ["events", [], []],
        ["seconds", [], []],
        ["summary", [], []],
      ],
    ]);
    expect([await one.counts(), await lettersOf(one)]).toEqual([{ events: 0, bytes: 0, deadLetters: 0 }, []]);
    await one.append(records(1, 2));
    expect(await other.lease({ limit: 9, now: NOW, until: NOW })).toEqual(records(1, 2));
    await Promise.all([one.close(), other.close()]);
    await assertRefused(one.appendApart([]), "closed");
  });

  test("is emptied by a visitor who opts out of a tracker that is closed", async () => {
    const name = freshName();
    const tracker = createTracker({
      route: relay({ url: "/nowhere" }),
      outbox: indexedDbOutbox({ name }),
    });
    const [earlier, later] = [indexedDbOutbox({ name }), indexedDbOutbox({ name })];
    await earlier.append([record(1)], Date.now() + 60_000);
    await tracker.close();
    expect(await later.counts()).toMatchObject({ events: 1 });
    tracker.optOut();
    await expect.poll(() => later.counts()).toMatchObject({ events: 0 });
    await Promise.all([earlier.close(), later.close()]);
  });
});

describe("the outbox in IndexedDB, where something is in its way,", () => {
  test("refuses a newer schema, leaves it as it was, and goes on when that is gone", async () => {
    const name = freshName();
    const outbox = indexedDbOutbox({ name });
    await outbox.append(records(1, 2));
    // Not held up by the outbox, which has the database open.
    const newer = await openDB(name, 2, {
      blocked: () => expect.unreachable("the outbox holds up the other tab"),
      upgrade: (db) => void db.createObjectStore("later").put("kept", 1),
    });
    const error = await assertRefused(outbox.append([record(3)]), "newer_schema");
    expect(error.message).toBe("Cannot append: a newer release made the store");
    newer.close();
    const before = await contentOf(name);
    await assertRefused(outbox.lease({ limit: 1, now: NOW, until: NOW }), "newer_schema");
    await assertRefused(outbox.appendApart([draft("a", "n", 1)]), "newer_schema");
    await assertRefused(outbox.clear(), "newer_schema");
    await assertRefused(lettersOf(outbox), "newer_schema");
    expect(await contentOf(name)).toEqual(before);
    await new Promise((resolve, reject) => {
      const deletion = indexedDB.deleteDatabase(name);
      deletion.onsuccess = resolve;
      deletion.onerror = reject;
    });
    await outbox.append([record(3)]);
    await outbox.close();
  });

  test("refuses the database of another application, and leaves it as it was", async () => {
    const name = freshName();
    const db = await openDB(name, 1, {
      upgrade: (made) => void made.createObjectStore("events").put("x", 1),
    });
    db.close();
    const before = await contentOf(name);
    const outbox = indexedDbOutbox({ name });
    await assertRefused(outbox.append([record(1)]), "failed");
    await assertRefused(outbox.counts(), "failed");
    await outbox.close();
    expect(await contentOf(name)).toEqual(before);
  });

  test("makes a new database after another tab has deleted it", async () => {
    const name = freshName();
    const outbox = indexedDbOutbox({ name });
    await outbox.append(records(1, 2));
    await new Promise((resolve, reject) => {
      const deletion = indexedDB.deleteDatabase(name);
      deletion.onsuccess = resolve;
      deletion.onblocked = () => reject(new Error("the outbox holds up the other tab"));
    });
    expect(await outbox.counts()).toEqual({ events: 0, bytes: 0, deadLetters: 0 });
    await outbox.append([record(1)]);
    await outbox.close();
  });

  test.each([
    ["SecurityError", "unsupported", "this page may not use IndexedDB"],
    ["InvalidStateError", "unsupported", "this page may not use IndexedDB"],
    ["QuotaExceededError", "full", "the browser gives no more room"],
    ["UnknownError", "failed", "UnknownError: why"],
  ] as const)("says of %s at opening that it is %s, and tries again", async (name, code, why) => {
    const outbox = indexedDbOutbox({ name: freshName() });
    const open = vi.spyOn(IDBFactory.prototype, "open").mockImplementation(() => {
      throw new DOMException("why", name);
    });
    try {
      const error = await assertRefused(outbox.append([record(1)]), code);
      expect(error.message).toBe(`Cannot append: ${why}`);
      expect(error.cause).toMatchObject({ name });
    } finally {
      open.mockRestore();
    }
    await outbox.append([record(1)]);
    await outbox.close();
  });

  test("is refused in a frame without an origin", async () => {
    const frame = document.createElement("iframe");
    frame.sandbox.add("allow-scripts");
    const said = new Promise((resolve) => {
      addEventListener("message", ({ data, source }) => source === frame.contentWindow && resolve(data));
    });
    frame.srcdoc = `<script>${inject("script").replaceAll("</", "<\\/")}</script><script>
      const outbox = IntercomEvents.indexedDbOutbox();
      outbox.counts().catch(({ name, code }) => outbox.close().then(() => parent.postMessage([name, code], "*")));
    </script>`;
    document.body.append(frame);
    expect(await said).toEqual(["OutboxError", "unsupported"]);
    frame.remove();
  });

  // Of a site's share of the disk in WebKit there is too much to be filled in a test.
  test.skipIf(String(server.browser) === "webkit")(
    "is full when the browser gives no more room, keeps what it has, and takes more when there is room",
    async () => {
      const outbox = indexedDbOutbox({ name: freshName(), maxBytes: 2 ** 30 });
      const body = noise(2 ** 20);
      // Firefox was given a small disk as it was started; Chromium has small buckets.
      const { storageBuckets } = navigator as Navigator & { storageBuckets?: Buckets };
      const bucket = await storageBuckets?.open("small", { quota: 20 * 2 ** 20 });
      if (bucket) vi.stubGlobal("indexedDB", bucket.indexedDB);
      try {
        let kept = 0;
        const appendMore = () => outbox.append([record(kept, { body })]);
        for (;;) {
          const error: unknown = await appendMore().catch((reason) => reason);
          if (error !== undefined) {
            await assertRefused(Promise.reject(error), "full");
            break;
          }
          kept += 1;
          if (kept > 100) expect.unreachable("there is no end to it");
        }
        expect(kept).toBeGreaterThan(6);
        expect(await outbox.counts()).toEqual({ events: kept, bytes: kept * body.length, deadLetters: 0 });
        // Ending events needs no room, and makes some.
        const ended = records(0, 4).map(
          ({ id }) => ({ id, outcome: { status: "accepted", attempts: 1 } }) as const,
        );
        await outbox.settle(ended, NOW);
        await vi.waitFor(() => outbox.append([record(200, { body })]), { timeout: 20_000 });
        const [first] = await outbox.lease({ limit: 1, now: NOW, until: NOW });
        expect([first?.id, first?.body === body]).toEqual([record(5).id, true]);
        expect(await outbox.counts()).toMatchObject({ events: kept - 4 });
      } finally {
        await outbox.close();
        vi.unstubAllGlobals();
        await storageBuckets?.delete("small");
      }
    },
  );
});
