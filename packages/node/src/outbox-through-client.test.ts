import { spawnSync } from "node:child_process";
import { chmodSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout } from "node:timers/promises";
import { createEmulator, type EmulatorOptions } from "@intercom-events/emulator";
import { afterEach, beforeEach, describe, expect, test, vi } from "vitest";
import { lettersOf } from "../../core/tests/outbox-contract.ts";
import { startFaultyServer } from "../test/faulty-server.ts";
import { runProgram } from "../test/run-program.ts";
import { watchClient } from "../test/watch-client.ts";
import {
  type Client,
  createClient,
  type NodeClientOptions,
  type OutboxCounts,
  type Receipt,
  type SqliteOutboxOptions,
  sqliteOutbox,
} from "./index.ts";

const sqlite = process.getBuiltinModule?.("node:sqlite");
const needsSqlite = describe.skipIf(sqlite === undefined);
const NOT_STORED = { status: "dropped", reason: "not_stored" };
/** What is told of an event that another client has delivered. */
const ELSEWHERE = { status: "accepted", attempts: 0 };
/** An address at which nothing listens. */
const NOWHERE = "http://127.0.0.1:9";
const QUEUE_FULL = { status: "dropped", reason: "queue_full" };

let folder: string;
let path: string;
let warnings: string[];
const cleanups: (() => unknown)[] = [];
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "through-client-"));
  path = join(folder, "outbox.db");
  warnings = [];
});
afterEach(async () => {
  for (const cleanup of cleanups.splice(0).reverse()) await cleanup();
  rmSync(folder, { recursive: true });
});

async function startIntercom(options: EmulatorOptions = {}) {
  const emulator = createEmulator({ rateLimit: 1_000_000, retainRequests: 100_000, ...options });
  cleanups.push(emulator.close);
  return { emulator, ...(await emulator.listen()) };
}

function connect(
  baseUrl: string,
  options: Partial<NodeClientOptions> = {},
  outbox: Partial<SqliteOutboxOptions> = {},
): Client {
  const client = createClient({
    token: "token",
    baseUrl,
    retry: { attempts: 1000, baseDelay: 5, maxDelay: 50 },
    warn: (message) => warnings.push(message),
    outbox: sqliteOutbox({ path, ...outbox }),
    ...options,
  });
  cleanups.push(() => client.close({ timeout: 0 }));
  return client;
}

/** Later than the clients here wait before they send again: a flush leaves alone what is not due. */
const allDue = (): Promise<void> => setTimeout(100);

function trackMany(client: Client, count: number, metadata: Record<string, string> = {}): Receipt[] {
  return Array.from({ length: count }, (_, number) =>
    client.track({
      userId: `contact-${number}`,
      eventName: "placed-order",
      metadata: { number, ...metadata },
    }),
  );
}

const storedOf = (receipts: readonly Receipt[]): Promise<boolean[]> =>
  Promise.all(receipts.map(({ stored }) => stored));

/** What the file holds, once nobody uses it. */
async function countsOf(file = path): Promise<OutboxCounts> {
  const outbox = sqliteOutbox({ path: file });
  const counts = await outbox.counts();
  await outbox.close();
  return counts;
}

/** Warnings about the store itself; that events were lost to it is another kind. */
const causes = (): string[] => warnings.filter((warning) => warning.includes("The outbox cannot"));

async function makeOutbox(): Promise<void> {
  const outbox = sqliteOutbox({ path });
  await outbox.counts();
  await outbox.close();
}

function change(sql: string): void {
  if (sqlite === undefined) throw new Error("This Node has no SQLite");
  const db = new sqlite.DatabaseSync(path);
  db.exec(sql);
  db.close();
}

/** Files that cannot be used, and what the one warning says of each. */
const UNUSABLE: Readonly<Record<string, { make: () => unknown; warning: RegExp }>> = {
  "that is not a database": {
    make: () => writeFileSync(path, "createdAt;eventName\n".repeat(1000)),
    warning: /not a (SQLite )?database/,
  },
  "of a newer schema": {
    async make() {
      await makeOutbox();
      change("PRAGMA user_version = 99");
    },
    warning: /schema version 99/,
  },
  "of another application": {
    make: () => change("CREATE TABLE users (name TEXT)"),
    warning: /another application/,
  },
  "in a folder that does not exist": {
    make() {
      path = join(folder, "nowhere", "outbox.db");
    },
    warning:
      /Cannot (keep|lease) events in .*outbox\.db: the file cannot be opened; its folder must be there and writable/,
  },
  "that may not be written": {
    async make() {
      await makeOutbox();
      chmodSync(path, 0o444);
      chmodSync(folder, 0o755);
      if (process.getuid?.() !== 0) return;
      // root may write any file, so somebody else has to try.
      process.seteuid?.(65_534);
      cleanups.push(() => process.seteuid?.(0));
    },
    warning: /cannot be written/,
  },
};

function bytesOf(file: string): Buffer | undefined {
  try {
    return readFileSync(file);
  } catch {
    return undefined;
  }
}

/** Reading and keeping may fail in words of their own, but for one reason. */
function expectOneReason(warning: RegExp): void {
  expect(causes().length === 1 || causes().length === 2).toBe(true);
  for (const cause of causes()) expect(cause).toMatch(warning);
}

needsSqlite("a file (needs node:sqlite, Node 22.13)", () => {
  describe.each(Object.entries(UNUSABLE))("%s", (_, { make, warning }) => {
    test("has each event dropped as not_stored, with a warning that says why, and is left as it was", async () => {
      const { emulator, url } = await startIntercom();
      await make();
      const before = bytesOf(path);
      const client = connect(url);
      const watched = watchClient(client);
      const receipts = trackMany(client, 5);
      expect(await storedOf(receipts)).toEqual(receipts.map(() => false));
      expect(await Promise.all(receipts)).toEqual(receipts.map(() => NOT_STORED));
      expect(await Promise.all(trackMany(client, 5))).toEqual(receipts.map(() => NOT_STORED));
      expect(await client.flush()).toEqual({ pending: 0 });
      expect(await client.close()).toEqual({ pending: 0, dropped: 0 });
      watched.end();
      expect(client.stats().droppedByReason).toEqual({ not_stored: 10 });
      expectOneReason(warning);
      expect(emulator.stats().requests).toBe(0);
      expect(bytesOf(path)).toEqual(before);
    });

    test('has each event delivered from memory with outboxFallback: "memory"', async () => {
      const { emulator, url } = await startIntercom();
      emulator.setFaults([{ status: 503, times: 3 }]);
      await make();
      const before = bytesOf(path);
      const client = connect(url, { outboxFallback: "memory" });
      const watched = watchClient(client);
      const receipts = trackMany(client, 5);
      expect(await storedOf(receipts)).toEqual(receipts.map(() => false));
      expect(await Promise.all(receipts)).toEqual(
        receipts.map(() => expect.objectContaining({ status: "accepted" })),
      );
      expect(await client.close()).toEqual({ pending: 0, dropped: 0 });
      watched.end();
      expect(emulator.events()).toHaveLength(5);
      expectOneReason(warning);
      expect(bytesOf(path)).toEqual(before);
    });
  });
});

test("without SQLite each event is dropped as not_stored, and the warning says which Node it takes", async () => {
  const { getBuiltinModule } = process;
  Object.defineProperty(process, "getBuiltinModule", {
    value: undefined,
    configurable: true,
    writable: true,
  });
  cleanups.push(() => {
    process.getBuiltinModule = getBuiltinModule;
  });
  const client = connect("http://127.0.0.1:9");
  const [receipt] = trackMany(client, 1);
  expect(await receipt?.stored).toBe(false);
  expect(await receipt).toEqual(NOT_STORED);
  expect(causes()).toEqual([
    expect.stringMatching(/needs node:sqlite of Node 22\.13 or of Bun 1\.4, or newer, this is v/),
  ]);
});

/** Bounds of the file, and events of which some are beyond them. */
const FULL = {
  maxEvents: { outbox: { maxEvents: 5 }, text: "" },
  maxBytes: { outbox: { maxBytes: 1024 * 1024 }, text: "x".repeat(30_000) },
};

needsSqlite("an outbox (needs node:sqlite, Node 22.13)", () => {
  describe.each(Object.entries(FULL))("that is full at its %s", (_, { outbox, text }) => {
    test("says so for each event it does not take, and keeps the others", async () => {
      const { emulator, url } = await startIntercom();
      emulator.setFaults([{ delayMs: 60_000 }]);
      const client = connect(url, {}, outbox);
      const watched = watchClient(client);
      const receipts = trackMany(client, 60, { text });
      const stored = await storedOf(receipts);
      const refused = receipts.filter((__, index) => !stored[index]);
      const kept = receipts.length - refused.length;
      expect(kept).toBeGreaterThan(0);
      expect(await Promise.all(refused)).toEqual(refused.map(() => NOT_STORED));
      expect(refused.length).toBeGreaterThan(0);
      expect(await client.close({ timeout: 0 })).toEqual({ pending: kept, dropped: 0 });
      watched.end();
      expect(causes()).toHaveLength(1);
      expect((await countsOf()).events).toBe(kept);
      emulator.setFaults([]);
      const next = connect(url);
      await next.flush();
      expect(next.stats().recovered).toBe(kept);
      await next.close();
      expect(emulator.events()).toHaveLength(kept);
      expect((await countsOf()).events).toBe(0);
    });

    test('has what it does not take delivered from memory with outboxFallback: "memory"', async () => {
      const { emulator, url } = await startIntercom();
      const client = connect(url, { outboxFallback: "memory" }, outbox);
      const receipts = trackMany(client, 60, { text });
      expect(new Set(await storedOf(receipts))).toEqual(new Set([true, false]));
      for (const outcome of await Promise.all(receipts)) expect(outcome.status).toBe("accepted");
      expect(emulator.events()).toHaveLength(60);
      await client.close();
      expect((await countsOf()).events).toBe(0);
    });
  });

  test("loses nothing and ends nothing twice, whenever it is closed", async () => {
    const { emulator, url } = await startIntercom();
    let kept = 0;
    for (let moment = 0; moment < 40; moment += 1) {
      const client = connect(url);
      const watched = watchClient(client);
      const receipts = Array.from({ length: 30 }, (_, number) =>
        client.track({ userId: `contact-${moment}-${number}`, eventName: "placed-order" }),
      );
      for (let turn = 0; turn < moment; turn += 1) await new Promise(setImmediate);
      const report = await client.close({ timeout: 0 });
      watched.end();
      expect(report.dropped).toBe(0);
      expect(await storedOf(receipts)).toEqual(receipts.map(() => true));
      const { recovered, accepted } = client.stats();
      expect(report.pending + accepted).toBe(30);
      kept += report.pending - recovered;
      expect((await countsOf()).events).toBe(kept);
    }
    const last = connect(url);
    await last.flush();
    await last.close();
    expect(emulator.events()).toHaveLength(40 * 30);
    expect(await countsOf()).toEqual({ events: 0, bytes: 0, deadLetters: 0 });
  });

  test("keeps what an outage has left, with bodies, counts and times, and the next client delivers it", async () => {
    const { emulator, url } = await startIntercom();
    emulator.setFaults([{ status: 503 }]);
    const before = Date.now();
    const first = connect(url);
    const watched = watchClient(first);
    trackMany(first, 30);
    await vi.waitUntil(() => watched.told.retry.length >= 90, 20_000);
    expect(await first.close({ timeout: 0 })).toEqual({ pending: 30, dropped: 0 });
    watched.end();
    const after = Date.now();

    const outbox = sqliteOutbox({ path });
    const records = await outbox.lease({ limit: 100, now: Date.now() + 60_000, until: 0 });
    expect(records).toHaveLength(30);
    for (const { trackedAt, attempts, failures } of records) {
      expect(trackedAt).toBeGreaterThanOrEqual(before);
      expect(trackedAt).toBeLessThanOrEqual(after);
      expect(failures).toBeGreaterThan(0);
      expect(attempts).toBeGreaterThanOrEqual(failures);
    }
    await outbox.close();

    await allDue();
    emulator.setFaults([]);
    const second = connect(url);
    const next = watchClient(second);
    expect(await second.flush()).toEqual({ pending: 0 });
    await second.close();
    next.end();
    expect(second.stats()).toMatchObject({ tracked: 0, accepted: 0, pending: 0, recovered: 30 });
    for (const { outcome } of next.told.outcome) {
      expect(outcome.status === "accepted" && outcome.attempts).toBeGreaterThan(1);
    }
    expect(emulator.events()).toHaveLength(30);
    expect(new Set(emulator.requests().map(({ body }) => body)).size).toBe(30);
    expect(await countsOf()).toEqual({ events: 0, bytes: 0, deadLetters: 0 });
  });

  test("what still fails when it is too old is given up by the next client", async () => {
    const first = connect("http://127.0.0.1:9");
    await storedOf(trackMany(first, 10));
    await first.close({ timeout: 0 });
    const second = connect("http://127.0.0.1:9", { retry: { maxAge: 1 } });
    const watched = watchClient(second);
    await second.flush();
    await second.close();
    watched.end();
    expect(watched.told.outcome.map(({ outcome }) => outcome)).toEqual(
      Array.from({ length: 10 }, () => ({ status: "dropped", reason: "expired" })),
    );
    const outbox = sqliteOutbox({ path });
    expect(await lettersOf(outbox)).toHaveLength(10);
    await outbox.close();
  });

  test("keeps how often events have failed: the next client makes only the attempts that are left", async () => {
    const { emulator, url } = await startIntercom();
    emulator.setFaults([{ status: 500 }]);
    const first = connect(url, { retry: { attempts: 1000, baseDelay: 5, maxDelay: 5 } });
    const watched = watchClient(first);
    trackMany(first, 1);
    await vi.waitUntil(() => watched.told.retry.length >= 20, 20_000);
    await first.close({ timeout: 0 });
    watched.end();
    await allDue();
    const made = emulator.stats().requests;
    const second = connect(url, { retry: { attempts: 5 } });
    await second.flush();
    expect(second.stats().recovered).toBe(1);
    expect(emulator.stats().requests - made).toBe(1);
  });

  test("may be used by several clients at once: each event is sent once", async () => {
    const { emulator, url } = await startIntercom();
    const clients = [connect(url), connect(url), connect(url)];
    const watches = clients.map((client) => watchClient(client));
    const receipts = clients.flatMap((client, index) =>
      Array.from({ length: 200 }, (_, number) =>
        client.track({ userId: `contact-${index}-${number}`, eventName: "placed-order" }),
      ),
    );
    expect(await Promise.all(clients.map((client) => client.flush()))).toEqual(
      clients.map(() => ({ pending: 0 })),
    );
    for (const outcome of await Promise.all(receipts)) expect(outcome.status).toBe("accepted");
    await Promise.all(clients.map((client) => client.close()));
    for (const watched of watches) watched.end();
    const bodies = emulator.requests().map(({ body }) => body);
    expect(bodies).toHaveLength(600);
    expect(new Set(bodies).size).toBe(600);
    expect(emulator.events()).toHaveLength(600);
    expect((await countsOf()).events).toBe(0);
  });

  test("may be used by several processes at once: each event is sent once", async () => {
    const { emulator, url } = await startIntercom();
    const program = (name: string) => `
      const { createClient, sqliteOutbox } = require("./index.ts");
      const client = createClient({
        token: "token", baseUrl: ${JSON.stringify(url)}, outbox: sqliteOutbox({ path: ${JSON.stringify(path)} }),
      });
      (async () => {
        for (let number = 0; number < 300; number += 1) {
          client.track({ userId: ${JSON.stringify(name)} + number, eventName: "placed-order" });
          if (number % 50 === 0) await new Promise(setImmediate);
        }
        console.log(JSON.stringify(await client.close()), client.stats().accepted);
      })();
    `;
    const ended = await Promise.all(["a", "b", "c"].map((name) => runProgram(program(name))));
    for (const { output, errors } of ended) {
      expect({ output, errors }).toEqual({ output: '{"pending":0,"dropped":0} 300\n', errors: "" });
    }
    const bodies = emulator.requests().map(({ body }) => body);
    expect(bodies).toHaveLength(900);
    expect(new Set(bodies).size).toBe(900);
    expect((await countsOf()).events).toBe(0);
  });

  test("may be used while others keep it busy: what they end is noticed by receipts, flush and close", async () => {
    const { emulator } = await startIntercom();
    const unanswered: (() => unknown)[] = [];
    let isOpen = false;
    const slow = await startFaultyServer(emulator, ({ pass }) => (isOpen ? pass() : unanswered.push(pass)));
    const quick = await startFaultyServer(emulator, ({ body, pass }) => body.includes("stuck") || pass());
    cleanups.push(slow.close, quick.close);
    const others = connect(quick.url, { timeout: 600_000 });
    others.track({ userId: "1", eventName: "stuck" });

    function answerOurs(): void {
      isOpen = true;
      for (const pass of unanswered.splice(0)) pass();
    }

    /** A client that has three events in memory, and had nine in the file alone, which the others have ended. */
    async function startOurs() {
      isOpen = false;
      const ours = connect(slow.url, { timeout: 600_000, concurrency: 1, queue: { maxEvents: 6 } });
      await ours.flush();
      const before = emulator.stats().events;
      const receipts: Receipt[] = [];
      for (let number = 0; number < 12; number += 1) {
        receipts.push(ours.track({ userId: `${before}-${number}`, eventName: "placed-order" }));
        await receipts.at(-1)?.stored;
      }
      await others.flush({ timeout: 50 });
      await vi.waitUntil(() => emulator.stats().events === before + 9, 20_000);
      return { ours, mine: receipts.slice(0, 3), theirs: receipts.slice(3) };
    }

    const [first, second, third] = [await startOurs(), await startOurs(), await startOurs()];
    for (const outcome of await Promise.all(first.theirs)) expect(outcome).toEqual(ELSEWHERE);
    expect(first.ours.stats()).toMatchObject({ pending: 3, accepted: 9 });

    answerOurs();
    const startedAt = performance.now();
    expect(await second.ours.flush()).toEqual({ pending: 0 });
    expect(await third.ours.close()).toEqual({ pending: 0, dropped: 0 });
    expect(performance.now() - startedAt).toBeLessThan(8000);
    for (const { ours, mine, theirs } of [second, third]) {
      for (const outcome of await Promise.all(theirs)) expect(outcome).toEqual(ELSEWHERE);
      for (const outcome of await Promise.all(mine)) expect(outcome).toMatchObject({ attempts: 1 });
      expect(ours.stats()).toMatchObject({ pending: 0, accepted: 12 });
    }
    expect(others.stats().pending).toBe(1);
  }, 40_000);

  test("holds a backlog larger than memory's part of it, and delivers all of it", async () => {
    const { emulator, url } = await startIntercom();
    emulator.setFaults([{ status: 403, times: 4 }]);
    const client = connect(url);
    const watched = watchClient(client, []);
    const receipts = trackMany(client, 6000);
    const awaitedEarly = Promise.all(receipts.slice(0, 3000));
    expect(new Set(await storedOf(receipts))).toEqual(new Set([true]));
    expect(client.stats()).toMatchObject({ tracked: 6000, pending: 6000, accepted: 0, isPaused: true });
    client.on("paused", () => setImmediate(client.resume));
    client.resume();
    expect(await client.flush({ timeout: 50_000 })).toEqual({ pending: 0 });
    for (const { status } of await awaitedEarly) expect(status).toBe("accepted");
    for (const { status } of await Promise.all(receipts)) expect(status).toBe("accepted");
    expect(await client.close()).toEqual({ pending: 0, dropped: 0 });
    watched.end();
    expect(new Set(emulator.events().map(({ user_id }) => user_id)).size).toBe(6000);
    expect(emulator.stats().requests).toBeLessThanOrEqual(6004);
    expect(await countsOf()).toEqual({ events: 0, bytes: 0, deadLetters: 0 });
  });

  test("receipts of a backlog that is in the file alone resolve when they are asked late", async () => {
    const { url, emulator } = await startIntercom();
    emulator.setFaults([{ delayMs: 60_000 }]);
    const client = connect(url, { timeout: 500 });
    const receipts = trackMany(client, 3000);
    await storedOf(receipts);
    emulator.setFaults([]);
    expect(await client.flush({ timeout: 50_000 })).toEqual({ pending: 0 });
    for (const { status } of await Promise.all(receipts)) expect(status).toBe("accepted");
    await client.close();
  });

  const POLICIES = [
    { policy: "drop_newest", dropped: [10, 11, 12, 13, 14] },
    { policy: "drop_oldest", dropped: [0, 1, 2, 3, 4] },
    { policy: "wait", dropped: [] },
  ] as const;

  test.each(POLICIES)("keeps to queue.policy $policy", async ({ policy, dropped }) => {
    const { emulator } = await startIntercom();
    let isOpen = false;
    const held: (() => unknown)[] = [];
    const server = await startFaultyServer(emulator, ({ pass }) => (isOpen ? pass() : held.push(pass)));
    cleanups.push(server.close);
    const client = connect(server.url, { queue: { maxEvents: 10, policy } });
    const watched = watchClient(client);
    const receipts = trackMany(client, 15);
    await vi.waitUntil(() => held.length === 10 || client.stats().inFlight > 3, 20_000);
    const { dropped: count, pending } = client.stats();
    expect({ count, pending }).toEqual({ count: dropped.length, pending: 15 - dropped.length });
    isOpen = true;
    for (const pass of held) pass();
    expect(await client.flush({ timeout: 30_000 })).toEqual({ pending: 0 });
    const lost = new Set<number>(dropped);
    expect(await Promise.all(receipts)).toEqual(
      receipts.map((_, index) =>
        lost.has(index) ? QUEUE_FULL : expect.objectContaining({ status: "accepted" }),
      ),
    );
    expect(await storedOf(receipts)).toEqual(receipts.map((_, index) => !lost.has(index)));
    await client.close();
    watched.end();
    expect(emulator.events()).toHaveLength(15 - lost.size);
    expect((await countsOf()).events).toBe(0);
  });

  test("keeps what waits for room outside when it is closed, or drops it", async () => {
    const client = connect(NOWHERE, { queue: { maxEvents: 5, policy: "wait" } });
    const receipts = trackMany(client, 10);
    await receipts[0]?.stored;
    const { pending, dropped } = await client.close({ timeout: 0 });
    expect({ pending, sum: pending + dropped }).toEqual({ pending: (await countsOf()).events, sum: 10 });
  });

  test('takes the newest event with "drop_oldest" also when the older ones are in the file', async () => {
    const client = connect(NOWHERE, { queue: { maxEvents: 5, policy: "drop_oldest" } });
    await storedOf(trackMany(client, 5));
    expect(await client.track({ userId: "newest", eventName: "placed-order" }).stored).toBe(true);
  });

  test("a backlog of another client that is larger than memory's part of it is waited for by flush", async () => {
    const first = connect(NOWHERE);
    trackMany(first, 5000);
    await first.close({ timeout: 0 });
    const { emulator } = await startIntercom();
    let open = (): void => undefined;
    const opened = new Promise<void>((resolve) => {
      open = resolve;
    });
    const server = await startFaultyServer(emulator, ({ pass }) => opened.then(pass));
    cleanups.push(server.close);
    const second = connect(server.url);
    await vi.waitUntil(() => server.bodies.length > 0, 20_000); // Memory is full, and no event has ended.
    const flushed = second.flush();
    open();
    await flushed;
    expect(emulator.events()).toHaveLength(5000);
  });

  test("flush ends when another client has delivered a part of the backlog", async () => {
    const { emulator, url } = await startIntercom();
    let wait = 20;
    const server = await startFaultyServer(emulator, ({ pass }) => setTimeout(wait).then(pass));
    cleanups.push(server.close);
    const first = connect(server.url, { concurrency: 2 });
    await trackMany(first, 2500).at(-1)?.stored;
    const second = connect(url);
    await vi.waitUntil(() => second.stats().recovered > 0, 20_000);
    await second.close();
    wait = 0;
    expect(await first.flush()).toEqual({ pending: 0 });
    expect(emulator.events()).toHaveLength(2500);
  });
});

const canMount = spawnSync("unshare", ["--map-root-user", "--mount", "true"]).status === 0;

test.skipIf(sqlite === undefined || !canMount)(
  "a full disk has events dropped as not_stored, and loses none of the others (needs node:sqlite and a mount of its own)",
  async () => {
    const mount =
      'mount -t tmpfs -o size=3m small "$0" && head -c 500000 /dev/zero > "$0/ballast" && exec "$@"';
    const program = `
      const { createClient, sqliteOutbox } = require("./index.ts");
      const path = ${JSON.stringify(path)};
      const warnings = [];
      const client = createClient({
        token: "token", baseUrl: "http://127.0.0.1:9", warn: (message) => warnings.push(message),
        retry: { attempts: 1000 }, outbox: sqliteOutbox({ path }),
      });
      (async () => {
        let [stored, refused] = [0, undefined];
        while (!refused) {
          const metadata = { text: "x".repeat(10_000) };
          const receipt = client.track({ userId: "contact-" + stored, eventName: "a", metadata });
          if (await receipt.stored) stored += 1;
          else refused = await receipt;
        }
        const report = await client.close({ timeout: 0 });
        require("node:fs").rmSync(${JSON.stringify(join(folder, "ballast"))});
        const { events } = await sqliteOutbox({ path }).counts();
        console.log(JSON.stringify({ stored, refused, report, events, warnings }));
      })();
    `;
    const within = ["unshare", "--map-root-user", "--mount", "sh", "-c", mount, folder];
    const { output, errors } = await runProgram(program, { within });
    expect(errors).toBe("");
    const { stored, refused, report, events, warnings: said } = JSON.parse(output);
    expect(refused).toEqual(NOT_STORED);
    expect(stored).toBeGreaterThan(10);
    expect({ report, events }).toEqual({ report: { pending: stored, dropped: 0 }, events: stored });
    expect(said).toContainEqual(
      expect.stringMatching(/The outbox cannot keep events: .*the disk is almost full/),
    );
  },
);
