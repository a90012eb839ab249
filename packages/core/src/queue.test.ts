import { describe, expect, test } from "vitest";
import { passTime } from "../tests/pass-time.ts";
import { anotherEvent, EVENT, startClient, turn, unaccounted } from "../tests/start-client.ts";
import { accept, leaveEvent, startOutboxClient } from "../tests/start-outbox-client.ts";
import type { CoreClientOptions, Receipt } from "./index.ts";
import { createMemoryStore, memoryOutbox } from "./memory-outbox.ts";
import { OutboxError } from "./outbox.ts";

const FULL = { status: "dropped", reason: "queue_full" };

describe("a queue that is full", () => {
  test("drops the newest", async () => {
    const { client } = startClient({ queue: { maxEvents: 2 } });
    const receipts = [1, 2, 3].map(() => client.track(anotherEvent()));
    expect(await receipts[2]).toEqual(FULL);
    expect(await receipts[2]?.stored).toBe(false);
    expect(client.stats()).toMatchObject({ pending: 2, droppedByReason: { queue_full: 1 } });
  });

  test("takes no more than that once it has sent what another process has left either", async () => {
    const store = createMemoryStore();
    for (let events = 0; events < 4; events += 1) await leaveEvent(store);
    const { client, clock } = startOutboxClient(store, accept, { queue: { maxEvents: 2 } });
    await passTime(clock, 10_000, 100);
    expect(store.events.size).toBe(0);
    for (let events = 0; events < 3; events += 1) client.track(anotherEvent());
    expect(client.stats()).toMatchObject({ recovered: 4, pending: 2, droppedByReason: { queue_full: 1 } });
  });

  test("by the size of its events as well", async () => {
    const text = "x".repeat(200);
    const { client } = startClient({ queue: { maxBytes: 1000 } });
    for (let index = 0; index < 5; index += 1) client.track({ ...anotherEvent(), metadata: { text } });
    expect(client.stats()).toMatchObject({ pending: 3, dropped: 2 });
  });

  test("has room again for what has ended", async () => {
    const { client, intercom } = startClient({ queue: { maxEvents: 1 } });
    client.track(anotherEvent());
    await turn();
    expect(await client.track(anotherEvent())).toEqual(FULL);
    intercom.sent[0]?.reply(202);
    await turn();
    client.track(anotherEvent());
    expect(client.stats()).toMatchObject({ pending: 1, accepted: 1, dropped: 1 });
  });

  test("drops the oldest that is not being sent", async () => {
    const { client, intercom } = startClient({
      queue: { maxEvents: 3, policy: "drop_oldest" },
      concurrency: 1,
    });
    const track = (eventName: string) => client.track({ ...EVENT, eventName });
    const receipts = ["a", "b", "c", "d", "e"].map(track);
    expect(await Promise.all([receipts[0], receipts[1]])).toEqual([FULL, FULL]);
    await turn();
    const [f] = [track("f")]; // "c" is being sent.
    expect(await receipts[3]).toEqual(FULL);
    for (let index = 0; index < 3; index += 1) {
      intercom.open()[0]?.reply(202);
      await turn();
    }
    expect(intercom.sent.map(({ body }) => JSON.parse(body ?? "").event_name)).toEqual(["c", "e", "f"]);
    expect((await f)?.status).toBe("accepted");
    expect(unaccounted(client.stats())).toBe(0);
  });

  test("drops the oldest, though all others wait to be sent again", async () => {
    const dueIn = [3000, 1000, 2000]; // The oldest is not the one that is due first.
    const { client } = startClient({ queue: { maxEvents: 3, policy: "drop_oldest" }, retry: {} }, (request) =>
      request.reply(503, "", { "retry-after": `${dueIn.shift() ?? 9000}` }),
    );
    const old = [1, 2, 3].map(() => client.track(anotherEvent()));
    await turn();
    expect(client.stats()).toMatchObject({ pending: 3, inFlight: 0 });
    const dropped: string[] = [];
    for (const [index, receipt] of old.entries()) receipt.then(() => dropped.push(`old ${index}`));
    for (let index = 0; index < 4; index += 1) {
      client.track(anotherEvent()).then(() => dropped.push(`new ${index}`));
      await turn();
    }
    expect(dropped).toEqual(["old 0", "old 1", "old 2", "new 0"]);
  });

  test("drops the newest where all others are being sent", async () => {
    const { client } = startClient({ queue: { maxEvents: 1, policy: "drop_oldest" } });
    client.track(anotherEvent());
    await turn();
    expect(await client.track(anotherEvent())).toEqual(FULL);
  });

  test("drops the newest where the only other one is just being sent", async () => {
    let newest: Receipt | undefined;
    const { client } = startClient(
      {
        queue: { maxEvents: 1, policy: "drop_oldest" },
        channel: (name) => ({
          hasSubscribers: name === "attempt",
          publish() {
            newest = client.track(anotherEvent());
            expect(unaccounted(client.stats())).toBe(0);
          },
        }),
      },
      (request) => request.reply(202),
    );
    const receipt = client.track(anotherEvent());
    await turn();
    expect(client.stats()).toMatchObject({ tracked: 2, accepted: 1, dropped: 1 });
    expect(await receipt).toMatchObject({ status: "accepted" });
    expect(await newest).toEqual(FULL);
  });

  test("has others wait, and tells when they are in", async () => {
    const { client, intercom } = startClient({ queue: { maxEvents: 2, policy: "wait" } });
    const receipts = Array.from({ length: 5 }, () => client.track(anotherEvent()));
    let stored = 0;
    for (const receipt of receipts) {
      receipt.stored.then((isStored) => {
        if (isStored) stored += 1;
      });
    }
    await turn();
    expect(stored).toBe(2);
    expect(client.stats()).toMatchObject({ pending: 4, dropped: 1 }); // As many wait as the queue holds.
    intercom.open()[0]?.reply(202);
    await turn();
    expect(stored).toBe(3);
    for (let index = 0; index < 5; index += 1) {
      intercom.open()[0]?.reply(202);
      await turn();
    }
    expect((await Promise.all(receipts)).map(({ status }) => status)).toEqual([
      ...Array(4).fill("accepted"),
      "dropped",
    ]);
  });

  test("drops on close what waits", async () => {
    const { client, clock } = startClient({ queue: { maxEvents: 1, policy: "wait" } });
    const receipts = [client.track(anotherEvent()), client.track(anotherEvent())];
    const closed = client.close({ timeout: 5 });
    clock.advance(5);
    expect(await closed).toEqual({ pending: 0, dropped: 2 });
    expect(await Promise.all(receipts.map(({ stored }) => stored))).toEqual([true, false]);
  });

  test("refuses at once what it can never hold", async () => {
    for (const policy of ["drop_newest", "drop_oldest", "wait"] as const) {
      const { client } = startClient({ queue: { maxBytes: 10, policy } });
      expect(await client.track(EVENT)).toEqual(FULL);
    }
  });
});

describe("close without a limit", () => {
  test("waits 30 seconds", async () => {
    const { client, clock } = startClient();
    client.track(EVENT);
    const closed = client.close();
    let isDone = false;
    void closed.then(() => {
      isDone = true;
    });
    clock.advance(29_999);
    await turn();
    expect(isDone).toBe(false);
    clock.advance(1);
    expect(await closed).toMatchObject({ pending: 0 });
  });
});

describe("waitUntil", () => {
  test("is given a promise of each event's end", async () => {
    const work: Promise<unknown>[] = [];
    const { client, intercom } = startClient({ waitUntil: (promise) => work.push(promise) });
    client.track(anotherEvent());
    client.track(anotherEvent());
    expect(work).toHaveLength(2);
    let done = 0;
    for (const promise of work) {
      promise.then(() => {
        done += 1;
      });
    }
    await turn();
    expect(done).toBe(0);
    for (const request of intercom.open()) request.reply(202);
    await Promise.all(work);
  });

  test.each<[string, () => unknown]>([
    [
      "throw",
      () => {
        throw new Error("no request");
      },
    ],
    ["reject", () => Promise.reject(new Error("no request"))],
  ])("may %s", async (_, waitUntil) => {
    const { client, warnings } = startClient({ waitUntil: waitUntil as () => void }, (request) =>
      request.reply(202),
    );
    expect((await client.track(EVENT)).status).toBe("accepted");
    expect(warnings.join()).toContain('The function given as "waitUntil" threw: no request');
  });
});

describe("channels", () => {
  test("are told of each change, and of nothing while nobody listens", async () => {
    const published: [string, unknown][] = [];
    let hasSubscribers = false;
    const { client, clock, intercom } = startClient(
      {
        retry: {},
        channel: (name) => ({
          get hasSubscribers() {
            return hasSubscribers;
          },
          publish: (message) => published.push([name, message]),
        }),
      },
      (request) => request.reply(intercom.sent.length === 2 ? 503 : intercom.sent.length === 4 ? 401 : 202),
    );
    await client.track(anotherEvent());
    expect(published).toEqual([]);
    hasSubscribers = true;
    const receipt = client.track({ ...anotherEvent(), eventName: "Folded" });
    expect(published.map(([name]) => name)).toContain("tracked"); // Tracing wants to know who has tracked it.
    await turn();
    clock.advance(1000);
    await receipt;
    client.track(anotherEvent());
    await turn();
    client.resume();
    await turn();
    expect(published.map(([name]) => name)).toEqual([
      ..."tracked stored warning attempt retry attempt outcome".split(" "),
      ..."tracked stored attempt paused resumed attempt outcome".split(" "),
    ]);
    expect(published[0]?.[1]).toEqual({ event: expect.objectContaining({ event_name: "Folded" }) });
    expect(published[3]?.[1]).toMatchObject({ attempts: 1 });
    expect(published[5]?.[1]).toMatchObject({ attempts: 2 });
  });

  test("are told once that an event is stored, though it leaves memory after an attempt", async () => {
    const published: string[] = [];
    const { client, clock, intercom } = startClient(
      {
        retry: {},
        outbox: memoryOutbox(),
        channel: (name) => ({ hasSubscribers: true, publish: () => published.push(name) }),
      },
      (request) =>
        intercom.sent.length === 1 ? request.reply(503, "", { "retry-after": "120" }) : request.reply(202),
    );
    await turn();
    client.track(anotherEvent());
    await passTime(clock, 150_000, 500);
    expect(published).toEqual("tracked stored attempt retry attempt outcome".split(" "));
  });

  test("are told which events are stored, of those beyond memory too, and not of what an outbox refuses", async () => {
    const published: string[] = [];
    const store = createMemoryStore();
    const options: Partial<CoreClientOptions> = {
      queue: { maxEvents: 2 },
      outboxFallback: "memory",
      channel: (name) => ({ hasSubscribers: name === "stored", publish: () => published.push(name) }),
    };
    const { client, clock, faulty } = startOutboxClient(store, undefined, options);
    await turn();
    for (let events = 0; events < 4; events += 1) {
      client.track(anotherEvent());
      await passTime(clock, 10, 1);
    }
    expect(store.events.size).toBe(4);
    expect(published).toHaveLength(4);
    faulty.fail("append", new OutboxError("failed", "disk I/O error"));
    client.track(anotherEvent());
    await passTime(clock, 10, 1);
    expect(client.stats().pending).toBe(5);
    expect(published).toHaveLength(4);
  });

  test("that throw harm nobody, and are said once", async () => {
    const warnings: string[] = [];
    const { client } = startClient(
      {
        warn: (message) => warnings.push(message),
        channel: (name) => ({
          hasSubscribers: name === "tracked" || name === "outcome",
          publish() {
            throw new Error("full");
          },
        }),
      },
      (request) => request.reply(202),
    );
    for (let index = 0; index < 2; index += 1) {
      expect(await client.track(anotherEvent())).toMatchObject({ status: "accepted" });
    }
    expect(warnings.map((warning) => warning.split(".")[0])).toEqual([
      'intercom-events: The channel "tracked" threw: full',
      'intercom-events: The channel "outcome" threw: full',
    ]);
  });

  test("can be told of an event that is waited for with flush at once", async () => {
    let flushed: Promise<unknown> | undefined;
    const { client, intercom } = startClient({
      channel: (name) => ({
        hasSubscribers: name === "tracked",
        publish() {
          flushed = client.flush();
        },
      }),
    });
    client.track(anotherEvent());
    let report: unknown;
    void flushed?.then((its) => {
      report = its;
    });
    await turn();
    expect(report).toBe(undefined);
    intercom.sent[0]?.reply(202);
    await turn();
    expect(report).toEqual({ pending: 0 });
  });
});
