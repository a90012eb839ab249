/** What once did not hold, case by case. */
import { subscribe, unsubscribe } from "node:diagnostics_channel";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { createMemoryStore, memoryOutbox } from "@intercom-events/core";
import { createEmulator } from "@intercom-events/emulator";
import { afterAll, afterEach, describe, expect, test, vi } from "vitest";
import { startClient, turn, unaccounted } from "../../core/tests/start-client.ts";
import { startFaultyServer } from "../test/faulty-server.ts";
import { runProgram, startProgram } from "../test/run-program.ts";
import { type Client, closeOnSignal, createClient, type NodeClientOptions, sqliteOutbox } from "./index.ts";

const hasSqlite = Boolean(process.getBuiltinModule?.("node:sqlite"));
const folder = mkdtempSync(join(tmpdir(), "regressions-"));
const path = join(folder, "outbox.db");
const cleanups: (() => unknown)[] = [];
afterEach(async () => {
  for (const cleanup of cleanups.splice(0).reverse()) await cleanup();
  for (const end of ["", "-wal", "-shm"]) rmSync(path + end, { force: true });
});
afterAll(() => rmSync(folder, { recursive: true }));

async function startIntercom() {
  const emulator = createEmulator({ rateLimit: 1_000_000 });
  cleanups.push(emulator.close);
  return { emulator, ...(await emulator.listen()) };
}

/** A client; of an Intercom that does not answer, unless there is an address. */
function connect(options: Partial<NodeClientOptions> = {}): Client {
  const client = createClient({
    token: "token",
    baseUrl: "http://127.0.0.1:9",
    warn: () => undefined,
    ...options,
  });
  cleanups.push(() => client.close({ timeout: 0 }));
  return client;
}

function event(number: number) {
  return { userId: `contact-${number}`, eventName: "placed-order" };
}

async function eventsInFile(): Promise<number> {
  const outbox = sqliteOutbox({ path });
  const { events } = await outbox.counts();
  await outbox.close();
  return events;
}

describe("counts add up at every moment", () => {
  test("while an event is published as tracked", () => {
    const client = connect();
    const seen: number[] = [];
    const look = () => seen.push(unaccounted(client.stats()));
    subscribe("intercom-events:tracked", look);
    cleanups.push(() => unsubscribe("intercom-events:tracked", look));
    client.track(event(1));
    expect(seen).toEqual([0]); // At once, for a trace to know who has tracked.
  });

  test("while an event makes room for another", async () => {
    const client = connect({ queue: { maxEvents: 2, policy: "drop_oldest" } });
    const seen: number[] = [];
    client.on("outcome", () => seen.push(unaccounted(client.stats())));
    for (let number = 0; number < 3; number += 1) client.track(event(number));
    await undefined; // Until the tick has ended.
    expect(seen).toEqual([0]);
  });
});

describe("a token that is replaced", () => {
  test("goes on after the late refusal of the one before", async () => {
    const { emulator } = await startIntercom();
    let token = "first";
    let refuse: (() => unknown) | undefined;
    const { url, close } = await startFaultyServer(emulator, ({ request, response, pass }) => {
      if (request.headers.authorization !== "Bearer first") return pass();
      refuse = () => response.writeHead(401).end();
    });
    cleanups.push(close);
    const client = connect({ baseUrl: url, token: () => token });
    const receipt = client.track(event(1));
    await vi.waitUntil(() => refuse !== undefined, 20_000);
    token = "second";
    expect((await client.track(event(2))).status).toBe("accepted");
    refuse?.();
    await vi.waitUntil(() => client.stats().isPaused, 20_000);
    const outcome = await Promise.race([receipt, sleep(4_000)]);
    expect(outcome).toMatchObject({ status: "accepted" });
  });
});

describe("close", () => {
  test("gives up an event that waits for an equal one", async () => {
    const client = connect();
    const twin = { ...event(1), createdAt: 1_700_000_000 };
    client.track(twin);
    client.track(twin);
    expect(await client.close({ timeout: 0 })).toEqual({ pending: 0, dropped: 2 });
  });

  test.runIf(hasSqlite)("loses no event that waits for room, with an outbox", async () => {
    const client = connect({ outbox: sqliteOutbox({ path }), queue: { maxEvents: 5, policy: "wait" } });
    const receipts = Array.from({ length: 10 }, (_, number) => client.track(event(number)));
    await receipts[0]?.stored;
    const { pending, dropped } = await client.close({ timeout: 0 });
    expect({ pending, sum: pending + dropped }).toEqual({ pending: await eventsInFile(), sum: 10 });
  });
});

describe("flush", () => {
  test.runIf(hasSqlite)("waits for a recovered backlog larger than memory's part of it", async () => {
    const first = connect({ outbox: sqliteOutbox({ path }) });
    for (let number = 0; number < 5000; number += 1) first.track(event(number));
    await first.close({ timeout: 0 });
    const { emulator } = await startIntercom();
    let open = (): void => undefined;
    const opened = new Promise<void>((resolve) => {
      open = resolve;
    });
    const server = await startFaultyServer(emulator, ({ pass }) => opened.then(pass));
    cleanups.push(server.close);
    const second = connect({ baseUrl: server.url, outbox: sqliteOutbox({ path }) });
    await vi.waitUntil(() => server.bodies.length > 0, 20_000); // Memory is full, and no event has ended.
    const flushed = second.flush();
    open();
    await flushed;
    expect(emulator.events()).toHaveLength(5000);
  });

  test.runIf(hasSqlite)("ends when another client has delivered a part of the backlog", async () => {
    const { emulator, url } = await startIntercom();
    let wait = 20;
    const server = await startFaultyServer(emulator, ({ pass }) => sleep(wait).then(pass));
    cleanups.push(server.close);
    const first = connect({ baseUrl: server.url, outbox: sqliteOutbox({ path }), concurrency: 2 });
    const receipts = Array.from({ length: 2500 }, (_, number) => first.track(event(number)));
    await receipts.at(-1)?.stored;
    const second = connect({ baseUrl: url, outbox: sqliteOutbox({ path }) });
    await vi.waitUntil(() => second.stats().recovered > 0, 20_000);
    await second.close();
    wait = 0;
    const hasEnded = first.flush({ timeout: 50_000 }).then(() => true);
    await vi.waitUntil(() => emulator.events().length === 2500, 40_000);
    expect(await Promise.race([hasEnded, sleep(1_000)])).toBe(true);
  });

  test("ends when a recovered event was retried much later", async () => {
    const store = createMemoryStore();
    const first = startClient({ outbox: memoryOutbox({ store }), retry: {}, random: () => 0.25 });
    first.client.track(event(1));
    await turn();
    first.clock.advance(100);
    await turn();
    const closed = first.client.close({ timeout: 0 });
    first.clock.advance(0);
    await closed;
    const { client, clock, intercom } = startClient({ outbox: memoryOutbox({ store }), retry: {} });
    await turn();
    let isFlushed = false;
    client.flush().then(() => {
      isFlushed = true;
    });
    await turn();
    expect(intercom.sent).toHaveLength(1);
    intercom.open()[0]?.reply(503, "", { "retry-after": "11" });
    for (let second = 0; second < 30 && intercom.sent.length < 2; second += 1) {
      await turn();
      clock.advance(1_000);
      await turn();
    }
    intercom.open()[0]?.reply(202);
    await turn();
    expect(client.stats()).toMatchObject({ recovered: 1, pending: 0 });
    expect(isFlushed).toBe(true);
  });
});

describe("the pacer", () => {
  test("waits for a Retry-After that ends after the window without asking all the time", async () => {
    let timers = 0;
    const { client, clock, intercom } = startClient({ retry: {} });
    const { after } = clock;
    clock.after = (...given) => {
      timers += 1;
      return after(...given);
    };
    for (let number = 0; number < 10; number += 1) client.track(event(number));
    await turn();
    for (const request of intercom.open()) request.reply(429, "", { "retry-after": "30" });
    for (let step = 0; step < 290; step += 1) {
      await turn();
      clock.advance(100);
    }
    expect(timers).toBeLessThan(100);
  });

  test("goes by a Retry-After that ends before the window", async () => {
    const { client, clock, intercom } = startClient({ retry: {} });
    for (let number = 0; number < 10; number += 1) client.track(event(number));
    await turn();
    for (const request of intercom.open()) request.reply(429, "", { "retry-after": "1" });
    for (let step = 0; step < 15; step += 1) {
      await turn();
      clock.advance(100);
    }
    await turn();
    expect(intercom.sent.length).toBe(5);
  });
});

describe("a process", () => {
  test.runIf(hasSqlite)("that just ends has written into the outbox how its events have ended", async () => {
    const { emulator, url } = await startIntercom();
    const { status } = await runProgram(`
      const { createClient, sqliteOutbox } = require("./index.ts");
      const client = createClient({
        token: "token", baseUrl: ${JSON.stringify(url)}, outbox: sqliteOutbox({ path: ${JSON.stringify(path)} }),
      });
      for (let number = 0; number < 10; number += 1) client.track({ userId: "contact-" + number, eventName: "a" });
    `);
    if (status !== 0 || emulator.events().length !== 10) return; // That is another test's business.
    expect(await eventsInFile()).toBe(0);
  });

  test.skipIf(process.platform === "win32")(
    "with two clients that close on a signal waits for both",
    async () => {
      const { emulator, url } = await startIntercom();
      const {
        url: broken,
        close,
        bodies,
      } = await startFaultyServer(emulator, ({ number, response, pass }) =>
        number === 0 ? response.writeHead(503).end() : pass(),
      );
      cleanups.push(close);
      const { child, printed, ended } = await startProgram(`
        const { createClient, closeOnSignal } = require("./index.ts");
        for (const baseUrl of ${JSON.stringify([url, broken])}) {
          const client = createClient({
            token: "token", baseUrl, retry: { baseDelay: 5_000, maxDelay: 5_000 },
          });
          client.track({ userId: baseUrl, eventName: "placed-order" });
          closeOnSignal(client);
        }
        setInterval(() => undefined, 1000);
        console.log("ready");
      `);
      await printed("ready");
      await vi.waitUntil(() => bodies.length > 0, 20_000);
      child.kill("SIGTERM");
      if ((await ended).signal !== "SIGTERM") return; // That is another test's business.
      expect(emulator.events()).toHaveLength(2);
    },
  );

  test("with many clients that close on a signal has few listeners", () => {
    const before = process.listenerCount("SIGUSR2");
    for (let number = 0; number < 11; number += 1) {
      cleanups.push(closeOnSignal(connect(), { signals: ["SIGUSR2"] }));
    }
    expect(process.listenerCount("SIGUSR2") - before).toBe(1);
  });

  test.each(["SIGKILL", "SIGTREM"])("cannot close on %s, which nobody can listen for", (signal) => {
    const before = process.listenerCount("SIGUSR2");
    const signals = ["SIGUSR2", signal] as NodeJS.Signals[];
    expect(() => closeOnSignal(connect(), { signals })).toThrow(
      new TypeError(
        `Cannot close on a signal: "signals" must be some that can be listened for, got ["SIGUSR2","${signal}"]`,
      ),
    );
    expect(process.listenerCount("SIGUSR2")).toBe(before);
  });
});

describe('queue.policy "drop_oldest"', () => {
  test.runIf(hasSqlite)("takes the newest event also when the older ones are in the outbox", async () => {
    const client = connect({
      outbox: sqliteOutbox({ path }),
      queue: { maxEvents: 5, policy: "drop_oldest" },
    });
    const receipts = Array.from({ length: 5 }, (_, number) => client.track(event(number)));
    await Promise.all(receipts.map(({ stored }) => stored));
    expect(await Promise.race([client.track(event(5)).stored, sleep(2_000)])).toBe(true);
  });
});
