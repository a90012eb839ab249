import { setFlagsFromString } from "node:v8";
import { runInNewContext } from "node:vm";
import { describe, expect, test } from "vitest";
import { fakeClock } from "../tests/fake-clock.ts";
import { faultyOutbox } from "../tests/faulty-outbox.ts";
import { passTime } from "../tests/pass-time.ts";
import type { SentRequest } from "../tests/scripted-transport.ts";
import { anotherEvent, EVENT, type Started, startClient, turn, unaccounted } from "../tests/start-client.ts";
import type { CoreClientOptions, Outcome, Receipt } from "./index.ts";
import { createMemoryStore, type MemoryStore } from "./memory-outbox.ts";
import { type Outbox, OutboxError, type OutboxRecord } from "./outbox.ts";

/** Headers of an allowance that nothing here uses up. */
const PLENTY = {
  "x-ratelimit-limit": "9999999",
  "x-ratelimit-remaining": "9999999",
  "x-ratelimit-reset": "1700000010",
};
const accept = (request: SentRequest): void => request.reply(202, "", PLENTY);
const NOT_STORED: Outcome = { status: "dropped", reason: "not_stored" };

/** A client with an outbox over a store. */
function start(
  store: MemoryStore,
  onRequest?: (request: SentRequest) => void,
  options: Partial<CoreClientOptions> = {},
  maxEvents?: number,
) {
  const faulty = faultyOutbox(store, maxEvents);
  return { ...startClient({ outbox: faulty.outbox, random: Math.random, ...options }, onRequest), faulty };
}

/** An outbox that answers some time after it has handed events out. */
function slowToLease(outbox: Outbox, wait: (records: readonly OutboxRecord[]) => Promise<void>): Outbox {
  return {
    ...outbox,
    async lease(request) {
      const records = await outbox.lease(request);
      await wait(records);
      return records;
    },
  };
}

/** Leaves an event in a store, as a client does that is closed at once, and answers when that was. */
async function leaveEvent(store: MemoryStore): Promise<number> {
  const { client, clock } = start(store);
  await turn();
  client.track(EVENT);
  await passTime(clock, 1);
  await client.close({ timeout: 0 });
  return clock.now();
}

/** All bodies a store holds. */
function bodiesIn(store: MemoryStore): string[] {
  return [...store.events.values()].map(({ record }) => record.body);
}

describe("what is tracked", () => {
  test("is stored before it is sent, all of one tick together, and forgotten once it is accepted", async () => {
    const store = createMemoryStore();
    const { client, clock, intercom, faulty } = start(store);
    await turn();
    const receipts = Array.from({ length: 20 }, () => client.track(anotherEvent()));
    const stored: boolean[] = [];
    for (const receipt of receipts) receipt.stored.then((isStored) => stored.push(isStored));
    await turn();
    expect([stored.length, intercom.sent.length, client.stats().pending]).toEqual([0, 0, 20]);
    await passTime(clock, 1);
    expect(stored).toEqual(Array(20).fill(true));
    expect(faulty.of("append")).toHaveLength(1);
    expect(bodiesIn(store)).toHaveLength(20);
    while (intercom.open().length > 0) {
      for (const request of intercom.open()) accept(request);
      await turn();
    }
    await Promise.all(receipts);
    await passTime(clock, 100);
    expect(store.events.size).toBe(0);
    expect(faulty.of("settle")).toHaveLength(1);
    expect(unaccounted(client.stats())).toBe(0);
  });

  test("holds no token", async () => {
    const store = createMemoryStore();
    const { client, clock, faulty } = start(store, (request) => request.fail(new Error("reset")));
    client.track(EVENT);
    await passTime(clock, 1000, 10);
    expect(JSON.stringify([faulty.calls, [...store.events], store.deadLetters])).not.toContain("dG9r");
    expect(store.deadLetters).toHaveLength(1);
  });

  test("that is more than memory is to hold waits in the outbox alone, and comes back in order", async () => {
    const store = createMemoryStore();
    const { client, clock, intercom } = start(store, undefined, {
      concurrency: 1,
      queue: { maxEvents: 10_000 },
    });
    await turn();
    const receipts = Array.from({ length: 5000 }, (_, index) =>
      client.track({ ...EVENT, userId: `${index}`, createdAt: 1 }),
    );
    await passTime(clock, 100, 1);
    expect(client.stats()).toMatchObject({ pending: 5000, inFlight: 1 });
    expect(store.events.size).toBe(5000);
    expect((await Promise.all(receipts.map(({ stored }) => stored))).every(Boolean)).toBe(true);
    let late: Outcome | undefined;
    receipts[4999]?.then((outcome) => {
      late = outcome;
    });
    while (client.stats().pending > 0) {
      for (let index = 0; index < 100; index += 1) {
        const request = intercom.sent.at(-1);
        if (request) accept(request);
        await Promise.resolve();
        await turn();
      }
      clock.advance(50);
      await turn();
    }
    expect(late).toEqual({ status: "accepted", attempts: 1 });
    expect((await receipts[2500])?.status).toBe("accepted");
    const users = intercom.sent.map(({ body }) => Number(JSON.parse(body ?? "").user_id));
    expect(users).toEqual(Array.from({ length: 5000 }, (_, index) => index));
  }, 30_000);

  test.each([
    ["there is no room for it", 2, 15_000],
    ["its lease runs out", 1, 45_000],
  ])("ends once though it is handed out before it is known to be kept, as %s", async (_, events, wait) => {
    const { outbox } = faultyOutbox(createMemoryStore());
    const { client, clock, intercom } = startClient(
      {
        random: Math.random,
        queue: { maxEvents: 2 },
        outbox: {
          ...outbox,
          async append(records, leaseUntil) {
            await outbox.append(records, leaseUntil);
            await new Promise<void>((resolve) => clock.after(wait, resolve));
          },
        },
      },
      accept,
    );
    await turn();
    const outcomes: Outcome[] = [];
    for (let index = 0; index < events; index += 1)
      void client.track(anotherEvent()).then((outcome) => outcomes.push(outcome));
    await passTime(clock, 60_000, 100);
    expect(outcomes).toHaveLength(events);
    expect(intercom.sent).toHaveLength(events);
    expect(client.stats()).toMatchObject({ accepted: events, pending: 0 });
  });

  test("ends once though it is handed out while it ends, as the machine has slept", async () => {
    const { outbox } = faultyOutbox(createMemoryStore());
    const { client, clock, intercom } = startClient({
      random: Math.random,
      outbox: slowToLease(outbox, async (records) => {
        if (records.length > 0) await new Promise<void>((resolve) => clock.after(1000, resolve));
      }),
    });
    await turn();
    client.track(EVENT);
    await passTime(clock, 1);
    clock.set(clock.now() + 3_600_000);
    const flushed = client.flush(); // It leases what is due, and what it has itself no lease on any more.
    await turn();
    intercom.open().forEach(accept);
    await passTime(clock, 2000, 50);
    expect(await flushed).toEqual({ pending: 0 });
    expect(intercom.sent).toHaveLength(1);
    expect(client.stats()).toMatchObject({ accepted: 1, pending: 0 });
  });

  test.each(["here", "by another process"])(
    "and that equals one which waits in the outbox alone ends as that one does, delivered %s",
    async (where) => {
      const store = createMemoryStore();
      const { client, clock, intercom } = start(store, undefined, {
        queue: { maxEvents: 6 },
        concurrency: 1,
      });
      await turn();
      for (let index = 0; index < 12; index += 1) {
        client.track({ ...EVENT, userId: `${index}`, createdAt: 5 });
        await passTime(clock, 5);
      }
      const twin = client.track({ ...EVENT, userId: "11", createdAt: 5 });
      expect(client.stats().pending).toBe(13);
      if (where !== "here") {
        start(store, accept, { clock });
        await passTime(clock, 1000, 50);
      }
      while (intercom.open().length > 0) {
        for (const request of intercom.open()) accept(request);
        await passTime(clock, 100, 10);
      }
      const flushed = client.flush();
      await passTime(clock, 30_000, 500);
      expect(await flushed).toEqual({ pending: 0 });
      expect(await twin).toEqual({ status: "duplicate" });
      expect(intercom.sent.length < 12).toBe(where !== "here");
      expect(client.stats()).toMatchObject({ accepted: 12, duplicate: 1, pending: 0 });
    },
  );
});

describe("what is longer than memory is to hold together", () => {
  const text = "x".repeat(250);
  /** Room for six of them, half of it for what is being written. */
  const queue = { maxBytes: 2100 };

  test("waits in the outbox alone while it cannot be sent", async () => {
    const store = createMemoryStore();
    let isDown = true;
    const { client, clock } = start(
      store,
      (request) => (isDown ? request.reply(503, "", PLENTY) : accept(request)),
      { queue, retry: {} },
    );
    await turn();
    for (let index = 0; index < 20; index += 1) {
      client.track({ ...anotherEvent(), metadata: { text } });
      await passTime(clock, 10);
    }
    expect(client.stats()).toMatchObject({ pending: 20, dropped: 0 });
    expect([...store.events.values()].filter(({ leaseUntil }) => leaseUntil > 0).length).toBeLessThan(4);
    isDown = false;
    await passTime(clock, 60_000, 100);
    expect(client.stats()).toMatchObject({ accepted: 20, pending: 0 });
    expect(store.events.size).toBe(0);
  });

  test("waits in the outbox alone while others have no answer", async () => {
    const { client, clock, intercom } = start(createMemoryStore(), undefined, { queue });
    await turn();
    for (let index = 0; index < 20; index += 1) {
      client.track({ ...anotherEvent(), metadata: { text } });
      await passTime(clock, 10);
    }
    expect(client.stats()).toMatchObject({ pending: 20, dropped: 0 });
    expect(intercom.sent).toHaveLength(3);
  });

  test("is left to others, all from the first that has no room", async () => {
    const store = createMemoryStore();
    const first = start(store, undefined, { concurrency: 1 });
    await turn();
    const track = (userId: number, length: number) =>
      first.client.track({
        ...EVENT,
        userId: `${userId}`,
        createdAt: 1,
        metadata: { text: text.slice(-length) },
      });
    for (const [index, length] of [250, 250, 250, 250, 1, 250].entries()) track(index, length);
    await passTime(first.clock, 100, 1);
    await first.client.close({ timeout: 0 });
    const { client, clock, intercom } = start(store, undefined, { queue });
    await passTime(clock, 100, 1);
    const users = () => intercom.sent.map(({ body }) => Number(JSON.parse(body ?? "").user_id));
    expect(users()).toEqual([0, 1, 2]);
    expect([...store.events.values()].map(({ leaseUntil }) => leaseUntil > 0)).toEqual([
      ...Array(3).fill(true),
      ...Array(3).fill(false),
    ]);
    const mine = client.track({ ...anotherEvent(), metadata: { text } });
    for (let round = 0; round < 5; round += 1) {
      for (const request of intercom.open()) accept(request);
      await passTime(clock, 200, 10);
    }
    expect((await mine).status).toBe("accepted");
    expect(users().slice(0, 6)).toEqual([0, 1, 2, 3, 4, 5]);
    expect(client.stats()).toMatchObject({ recovered: 6, accepted: 1 });
  });

  test("is taken one by one if each is longer than that", async () => {
    const { client, clock } = start(createMemoryStore(), accept, { queue: { maxBytes: 400 } });
    await turn();
    for (let index = 0; index < 3; index += 1) {
      client.track({ ...anotherEvent(), metadata: { text } });
      await passTime(clock, 200, 10);
    }
    expect(client.stats()).toMatchObject({ accepted: 3, dropped: 0 });
  });
});

describe("what is left", () => {
  test("is delivered by the next client, with its attempts and its age", async () => {
    const store = createMemoryStore();
    const first = start(store, (request) => request.reply(503), {
      retry: { attempts: 5 },
      random: () => 0.5, // So that the first wait is 0.5 and the next 1 second.
    });
    const receipt = first.client.track(EVENT);
    await passTime(first.clock, 1400, 10);
    expect(first.intercom.sent).toHaveLength(2);
    expect(await first.client.close({ timeout: 0 })).toEqual({ pending: 1, dropped: 0 });
    expect(await receipt.stored).toBe(true);
    const second = start(store, (request) => request.reply(503), { retry: { attempts: 5 } });
    second.clock.set(first.clock.now());
    const heard: Outcome[] = [];
    second.client.on("outcome", ({ outcome }) => heard.push(outcome));
    await passTime(second.clock, 60_000, 100);
    expect(second.intercom.sent).toHaveLength(3);
    expect(new Set([...first.intercom.sent, ...second.intercom.sent].map(({ body }) => body)).size).toBe(1);
    expect(heard).toMatchObject([{ status: "rejected", attempts: 5 }]);
    expect(second.client.stats()).toMatchObject({ tracked: 0, rejected: 0, recovered: 1, pending: 0 });
    expect(store.deadLetters).toMatchObject([
      { record: { attempts: 4 }, outcome: { status: "rejected", attempts: 5 } },
    ]);
  });

  test.each([
    ["is accepted", [202], 1],
    ["fails at first", [503, 202], 2],
    ["finds no contact at first", [404, 202], 2],
    ["has to wait for the allowance", [429, 202], 2],
    ["finds a token that is refused", [401], 1],
  ])(
    "is sent, though it has waited for longer than an event may fail, and %s",
    async (_, statuses, requests) => {
      const store = createMemoryStore();
      const clock = fakeClock((await leaveEvent(store)) + 200_000_000);
      const replies = [...statuses];
      const second = start(store, (request) => request.reply(replies.shift() ?? 401), { clock, retry: {} });
      await passTime(clock, 20_000, 100);
      expect(second.intercom.sent).toHaveLength(requests);
      expect(store.events.size).toBe(statuses.includes(202) ? 0 : 1);
      expect(store.deadLetters).toEqual([]);
    },
  );

  test("by a client that has died is taken over when its lease runs out", async () => {
    const store = createMemoryStore();
    const dead = start(store);
    dead.client.track(EVENT);
    await passTime(dead.clock, 10);
    expect(dead.intercom.sent).toHaveLength(1); // From here on nothing happens in it any more.
    const next = start(store, accept);
    next.clock.set(dead.clock.now());
    await passTime(next.clock, 25_000, 100);
    expect(next.intercom.sent).toHaveLength(0);
    await passTime(next.clock, 16_000, 100);
    expect(next.intercom.sent).toHaveLength(1);
    expect(next.client.stats().recovered).toBe(1);
    expect(store.events.size).toBe(0);
  });

  test("is not taken over while its client lives", async () => {
    const store = createMemoryStore();
    const busy = start(store, undefined, { timeout: 600_000 });
    const other = start(store, accept, { clock: busy.clock });
    busy.client.track(EVENT);
    await passTime(busy.clock, 300_000, 500);
    expect(other.intercom.sent).toHaveLength(0);
    accept(busy.intercom.sent[0] as SentRequest);
    await passTime(busy.clock, 1000, 100);
    expect(busy.client.stats()).toMatchObject({ accepted: 1, pending: 0 });
    expect(other.client.stats()).toMatchObject({ recovered: 0 });
  });

  test("is waited for by flush", async () => {
    const store = createMemoryStore();
    const first = start(store);
    for (let index = 0; index < 30; index += 1) first.client.track(anotherEvent());
    await first.client.close({ timeout: 0 });
    const second = start(store, accept);
    expect(await second.client.flush()).toEqual({ pending: 0 });
    expect(second.client.stats().recovered).toBe(30);
  });

  test("is waited for by flush, though memory has room for a part of it", async () => {
    const store = createMemoryStore();
    const first = start(store);
    for (let index = 0; index < 5; index += 1) first.client.track(anotherEvent());
    await first.client.close({ timeout: 0 });
    const second = start(store, undefined, { queue: { maxEvents: 2 } });
    await passTime(second.clock, 100, 10);
    let report: unknown;
    void second.client.flush().then((its) => {
      report = its;
    });
    for (let index = 0; index < 5; index += 1) {
      expect(report).toBe(undefined);
      for (const request of second.intercom.open()) accept(request);
      await passTime(second.clock, 100, 10);
    }
    expect(report).toEqual({ pending: 0 });
    expect(second.client.stats().recovered).toBe(5);
  });

  test("is no longer waited for by flush once it has to wait long itself", async () => {
    const store = createMemoryStore();
    const first = start(store);
    first.client.track(EVENT);
    await first.client.close({ timeout: 0 });
    const second = start(store, undefined, { retry: {} });
    await turn();
    const flushed = second.client.flush();
    await turn();
    second.intercom.sent[0]?.reply(503, "", { ...PLENTY, "retry-after": "600" });
    expect(await flushed).toEqual({ pending: 0 });
    expect(await second.client.close({ timeout: 0 })).toEqual({ pending: 0, dropped: 0 });
    expect(store.events.size).toBe(1);
  });

  test("while two wait for it with flush is stored and sent once", async () => {
    const { outbox, of } = faultyOutbox(createMemoryStore());
    let goOn = (): void => undefined;
    const hold = new Promise<void>((resolve) => {
      goOn = resolve;
    });
    const { client, clock } = startClient(
      {
        random: Math.random,
        outbox: {
          ...outbox,
          async settle(endings, now) {
            await outbox.settle(endings, now);
            await hold;
          },
        },
      },
      accept,
    );
    await turn();
    client.track(anotherEvent());
    const flushes = [client.flush(), client.flush()];
    await passTime(clock, 1);
    const receipt = client.track(anotherEvent());
    await turn();
    goOn();
    await passTime(clock, 1000, 10);
    await Promise.all(flushes);
    expect((await receipt).status).toBe("accepted");
    expect(of("append")).toHaveLength(2);
    expect(client.stats()).toMatchObject({ tracked: 2, accepted: 2, dropped: 0, pending: 0 });
  });

  test("is sent though those before it are to be sent again much later", async () => {
    const { client, clock, intercom } = start(
      createMemoryStore(),
      (request) => {
        if (intercom.sent.length > 2) accept(request);
        else request.reply(503, "", { ...PLENTY, "retry-after": "600" });
      },
      { queue: { maxEvents: 4 }, retry: {} },
    );
    await turn();
    const early = [client.track(anotherEvent()), client.track(anotherEvent())];
    await passTime(clock, 1000, 100);
    const late = client.track(anotherEvent());
    await passTime(clock, 1000, 100);
    expect(client.stats()).toMatchObject({ accepted: 1, pending: 2 });
    expect((await late).status).toBe("accepted");
    await passTime(clock, 597_000, 1000);
    expect(client.stats()).toMatchObject({ accepted: 1, pending: 2 });
    await passTime(clock, 20_000, 1000);
    expect((await Promise.all(early)).map(({ status }) => status)).toEqual(["accepted", "accepted"]);
  });

  test.each<[string, number, number]>([
    ["hundreds", 300, 100],
    ["one", 1, 2],
  ])(
    "is sent though those before it have to wait again and again for a short time: %s",
    async (_, count, maxEvents) => {
      const isMissing = ({ body }: SentRequest) => body?.includes("missing");
      const { client, clock, intercom } = start(
        createMemoryStore(),
        (request) => (isMissing(request) ? request.reply(404, "", PLENTY) : accept(request)),
        { queue: { maxEvents }, retry: { maxDelay: 5000 } },
      );
      await turn();
      const missing = Array.from({ length: count }, (_, index) => ({ ...EVENT, userId: `missing-${index}` }));
      for (const event of missing) {
        client.track(event);
        await passTime(clock, 10);
      }
      const good: Receipt[] = [];
      let accepted = 0;
      for (let index = 0; index < 5; index += 1) {
        good.push(client.track(anotherEvent()));
        good.at(-1)?.then(() => {
          accepted += 1;
        });
        await passTime(clock, 1000, 10);
        expect(accepted).toBe(index + 1);
      }
      const before = intercom.sent.length;
      await passTime(clock, 12_000, 100);
      expect(new Set(intercom.sent.slice(before).map(({ body }) => body)).size).toBe(count); // None is forgotten meanwhile.
      await passTime(clock, 330_000, 1000);
      expect(client.stats()).toMatchObject({ accepted: 5, rejected: count, pending: 0, dropped: 0 });
    },
  );

  test("is looked for soon after it is due, though it has left memory", async () => {
    const { client, clock, intercom } = start(
      createMemoryStore(),
      (request) => (intercom.sent.length === 1 ? request.reply(404, "", PLENTY) : accept(request)),
      { queue: { maxEvents: 2 }, retry: {} },
    );
    await turn();
    client.track(EVENT);
    await passTime(clock, 2500, 50);
    expect(client.stats()).toMatchObject({ accepted: 1, pending: 0 });
  });

  test("is looked for soon after it is due, though reading takes longer than it has to wait", async () => {
    const clock = fakeClock();
    const { outbox } = faultyOutbox(createMemoryStore());
    const { client, intercom } = startClient(
      {
        clock,
        outbox: slowToLease(outbox, () => new Promise<void>((resolve) => clock.after(1500, resolve))),
        queue: { maxEvents: 2 },
        retry: {},
      },
      (request) => (intercom.sent.length === 1 ? request.reply(404, "", PLENTY) : accept(request)),
    );
    client.track(EVENT);
    await passTime(clock, 9000, 50);
    expect(client.stats()).toMatchObject({ accepted: 1, pending: 0 });
  });

  test("is looked for until it is written, though memory has no need of more", async () => {
    const clock = fakeClock();
    const { outbox } = faultyOutbox(createMemoryStore());
    const { client, intercom } = startClient(
      {
        clock,
        outbox: {
          ...outbox,
          async update(...args) {
            await new Promise<void>((resolve) => clock.after(1500, resolve));
            return outbox.update(...args);
          },
        },
        queue: { maxEvents: 8 },
        retry: {},
      },
      // All but the first have no answer.
      (request) => intercom.sent.length === 1 && request.reply(503, "", PLENTY),
    );
    await turn();
    for (let index = 0; index < 4; index += 1) client.track(anotherEvent());
    await passTime(clock, 9000, 50);
    expect(intercom.sent).toHaveLength(5);
    expect(intercom.sent[4]?.body).toBe(intercom.sent[0]?.body);
  });

  test("is read again soon after it could not be read", async () => {
    const store = createMemoryStore();
    const clock = fakeClock(await leaveEvent(store));
    const { outbox, fail, of } = faultyOutbox(store);
    fail("lease", new OutboxError("failed", "busy"));
    const { intercom } = startClient({ clock, outbox }, accept);
    await passTime(clock, 2500, 50);
    expect(of("lease")).toHaveLength(3);
    fail("lease", undefined);
    await passTime(clock, 1000, 50);
    expect([intercom.sent.length, store.events.size]).toEqual([1, 0]);
    await passTime(clock, 5000, 50);
    expect(of("lease")).toHaveLength(4);
  });

  test("is told to end for good, when another process has ended what had left memory", async () => {
    const store = createMemoryStore();
    const ours = start(store, undefined, { queue: { maxEvents: 6 }, concurrency: 1 });
    await turn();
    const receipts: Promise<Outcome>[] = [];
    for (let index = 0; index < 12; index += 1) {
      receipts.push(ours.client.track({ ...EVENT, eventName: index === 11 ? "bad" : `event-${index}` }));
      await passTime(ours.clock, 5);
    }
    expect(ours.client.stats().pending).toBe(12);
    const theirs = start(
      store,
      (request) => (request.body?.includes("bad") ? request.reply(422) : accept(request)),
      { clock: ours.clock },
    );
    await passTime(ours.clock, 1000, 50);
    const elsewhere = theirs.client.stats().recovered;
    expect(elsewhere).toBeGreaterThan(0);
    while (ours.intercom.open().length > 0) {
      for (const request of ours.intercom.open()) accept(request);
      await passTime(ours.clock, 100, 10);
    }
    const flushed = ours.client.flush();
    await passTime(ours.clock, 30_000, 500);
    expect(await flushed).toEqual({ pending: 0 });
    const outcomes = await Promise.all(receipts);
    expect(outcomes.map(({ status }) => status)).toEqual([...Array(11).fill("accepted"), "rejected"]);
    expect(outcomes.filter((outcome) => "attempts" in outcome && outcome.attempts === 0)).toHaveLength(
      elsewhere - 1,
    );
    expect(ours.client.stats()).toMatchObject({ accepted: 11, rejected: 1, pending: 0 });
  });

  test("is waited for by flush as long as it is open, whoever ends it, and though nobody holds its receipt", async () => {
    const store = createMemoryStore();
    const answer = (request: SentRequest): void =>
      request.body?.includes("missing") ? request.reply(404, "", PLENTY) : accept(request);
    let isOpen = false;
    const ours = start(
      store,
      (request) => isOpen && answer(request),
      { queue: { maxEvents: 6 }, outboxFallback: "memory", retry: {}, timeout: 3_600_000 },
      500,
    );
    await turn();
    const text = "x".repeat(60_000); // Events so long that nothing remembers the first ones with their receipts.
    for (let index = 0; index < 500; index += 1) {
      ours.client.track({ ...anotherEvent(), metadata: { text } });
      await passTime(ours.clock, 5);
    }
    ours.client.track({ ...EVENT, userId: "missing" }); // From memory, as the outbox is full.
    await passTime(ours.clock, 5);
    const theirs = start(store, answer, { clock: ours.clock });
    await passTime(ours.clock, 20_000, 50);
    expect(theirs.client.stats().recovered).toBeGreaterThan(0);
    setFlagsFromString("--expose-gc");
    for (let time = 0; time < 2; time += 1) {
      runInNewContext("gc")();
      await turn();
    }
    let report: unknown;
    void ours.client.flush().then((its) => {
      report = its;
    });
    isOpen = true;
    for (const request of ours.intercom.open()) answer(request);
    await passTime(ours.clock, 60_000, 500);
    expect(ours.client.stats()).toMatchObject({ accepted: 500, pending: 1 });
    expect(report).toBe(undefined);
    await passTime(ours.clock, 300_000, 500);
    expect(report).toEqual({ pending: 0 });
    expect(ours.client.stats()).toMatchObject({ tracked: 501, accepted: 500, rejected: 1 });
  });

  test("is told once to have ended badly elsewhere, however often that is looked up", async () => {
    const store = createMemoryStore();
    const ours = start(store, undefined, { queue: { maxEvents: 6 }, concurrency: 1 });
    const theirs = start(
      store,
      (request) => (request.body?.includes("bad") ? request.reply(422) : accept(request)),
      { clock: ours.clock },
    );
    await turn();
    let left = 0;
    for (const last of ["bad", "good"]) {
      for (const eventName of ["a", "b", "c", "d", "e", last]) {
        void ours.client.track({ ...anotherEvent(), eventName }).then(() => {
          left -= 1;
        });
        left += 1;
        await passTime(ours.clock, 5);
      }
      await passTime(ours.clock, 15_000, 100); // The others take over what has left our memory.
      while (ours.intercom.open().length > 0) {
        for (const request of ours.intercom.open()) accept(request);
        await passTime(ours.clock, 100, 10);
      }
      await passTime(ours.clock, 15_000, 100);
    }
    expect(theirs.client.stats().recovered).toBeGreaterThan(1);
    expect(ours.client.stats()).toMatchObject({ tracked: 12, accepted: 11, rejected: 1, pending: 0 });
    expect(left).toBe(0);
  });

  test("leaves its second to an equal one when it has ended badly elsewhere", async () => {
    const store = createMemoryStore();
    const event = { ...EVENT, createdAt: 1_700_000_000 };
    const ours = start(
      store,
      (request) => {
        const isFirst = ours.intercom.sent.length === 1;
        if (isFirst) request.reply(503, "", { ...PLENTY, "retry-after": "120" });
        else accept(request);
      },
      { retry: {} },
    );
    await turn();
    const first = ours.client.track(event);
    await passTime(ours.clock, 1000, 100);
    const second = ours.client.track(event);
    const theirs = start(store, (request) => request.reply(422), { clock: ours.clock });
    await passTime(ours.clock, 150_000, 500);
    expect(theirs.client.stats().recovered).toBe(1);
    expect(ours.client.stats()).toMatchObject({ tracked: 2, rejected: 1, accepted: 1, pending: 0 });
    expect((await first).status).toBe("rejected");
    expect((await second).status).toBe("accepted");
    expect((await ours.client.track(event)).status).toBe("duplicate");
  });

  test("is not taken for ended elsewhere while that is told of events before it", async () => {
    const store = createMemoryStore();
    const { outbox } = faultyOutbox(store);
    let goOn: (() => void) | undefined;
    const { client, clock, intercom } = startClient({
      random: Math.random,
      queue: { maxEvents: 6 },
      concurrency: 1,
      outbox: {
        ...outbox,
        async *deadLetters() {
          await new Promise<void>((resolve) => {
            goOn = resolve;
          });
          yield* outbox.deadLetters();
        },
      },
    });
    const replyToAll = async (): Promise<void> => {
      for (const request of intercom.open()) accept(request);
      await passTime(clock, 100, 10);
    };
    const track = async (events: number): Promise<void> => {
      for (let index = 0; index < events; index += 1) {
        client.track(anotherEvent());
        await passTime(clock, 5);
      }
    };
    await turn();
    await track(12);
    const theirs = start(store, accept, { clock });
    await passTime(clock, 1000, 50);
    await theirs.client.close({ timeout: 0 });
    while (intercom.open().length > 0) await replyToAll();
    expect(store.events.size).toBe(0);
    await passTime(clock, 11_000, 100);
    expect(client.stats()).toMatchObject({ accepted: 3, pending: 9 });
    await track(6);
    expect(store.events.size).toBe(6);
    goOn?.();
    await passTime(clock, 5);
    expect(client.stats()).toMatchObject({ accepted: 12, pending: 6 });
    for (let round = 0; round < 300; round += 1) {
      goOn?.();
      await replyToAll();
    }
    expect(client.stats()).toMatchObject({ tracked: 18, accepted: 18, pending: 0 });
  });
});

describe("an outbox that cannot", () => {
  const failed = new OutboxError("failed", "Cannot keep events: disk I/O error");

  test("keep events has them dropped, loudly", async () => {
    const { client, clock, intercom, warnings, faulty } = start(createMemoryStore(), accept);
    faulty.fail("append", failed);
    const receipts = [client.track(anotherEvent()), client.track(anotherEvent())];
    await passTime(clock, 10);
    expect(await Promise.all(receipts)).toEqual([NOT_STORED, NOT_STORED]);
    expect(await Promise.all(receipts.map(({ stored }) => stored))).toEqual([false, false]);
    expect(intercom.sent).toHaveLength(0);
    expect(warnings).toEqual([
      expect.stringContaining("The outbox cannot keep events: Cannot keep events: disk I/O error"),
      expect.stringContaining("An event was dropped: the outbox did not take it"),
    ]);
    faulty.fail("append", undefined);
    const later = client.track(anotherEvent());
    await passTime(clock, 10);
    expect((await later).status).toBe("accepted");
  });

  test("keep events has them sent from memory, if that is wanted", async () => {
    const { client, clock, faulty, warnings } = start(createMemoryStore(), accept, {
      outboxFallback: "memory",
    });
    faulty.fail("append", failed);
    const receipt = client.track(EVENT);
    await passTime(clock, 10);
    expect(await receipt.stored).toBe(false);
    expect((await receipt).status).toBe("accepted");
    expect(warnings).toHaveLength(1);
  });

  test.each(["the one from memory", "the one handed out"])(
    "keep events, but has done so, has them sent from memory and handed out: first ends %s",
    async (first) => {
      const store = createMemoryStore();
      const { outbox } = faultyOutbox(store);
      const { client, clock, intercom } = startClient({
        outbox: {
          ...outbox,
          async append(records) {
            await outbox.append(records);
            throw failed;
          },
        },
        outboxFallback: "memory",
        retry: {},
        timeout: 3_600_000,
      });
      const receipt = client.track(EVENT);
      await passTime(clock, 11_000, 100);
      const [inMemory, handedOut] = intercom.sent;
      if (first === "the one handed out") handedOut?.reply(202);
      inMemory?.reply(503, "", { "retry-after": "120" });
      await passTime(clock, 1000, 100);
      if (first === "the one from memory") handedOut?.reply(202);
      await passTime(clock, 200_000, 1000);
      expect(client.stats()).toMatchObject({ tracked: 1, pending: 1, recovered: 1, inFlight: 1 });
      intercom.open()[0]?.reply(202);
      expect(await receipt).toEqual({ status: "accepted", attempts: 2 });
      await passTime(clock, 1000, 100);
      expect(store.events.size).toBe(0);
      expect(client.stats()).toMatchObject({ accepted: 1, pending: 0 });
    },
  );

  test.each([
    ["drop", { dropped: 1, accepted: 0 }],
    ["memory", { dropped: 0, accepted: 1 }],
  ] as const)("say whether it has kept events has none counted twice: %s", async (outboxFallback, counts) => {
    const store = createMemoryStore();
    const { outbox } = faultyOutbox(store);
    const { client, clock } = startClient(
      {
        outboxFallback,
        outbox: {
          ...outbox,
          async append(records) {
            await outbox.append(records);
            throw failed;
          },
        },
      },
      accept,
    );
    await turn();
    const receipt = client.track(EVENT);
    await passTime(clock, 20_000, 100);
    expect((await receipt).status).toBe(outboxFallback === "drop" ? "dropped" : "accepted");
    expect(client.stats()).toMatchObject({ tracked: 1, pending: 0, recovered: 1, ...counts });
    expect(await client.flush()).toEqual({ pending: 0 });
    expect(store.events.size).toBe(0);
  });

  test("keep all events keeps those that fit", async () => {
    const { client, clock, intercom } = start(createMemoryStore(), undefined, {}, 30);
    await turn();
    const receipts = Array.from({ length: 50 }, () => client.track(anotherEvent()));
    await passTime(clock, 10, 1);
    const stored = await Promise.all(receipts.map((receipt) => receipt.stored));
    expect(stored.filter(Boolean).length).toBe(30);
    expect(client.stats()).toMatchObject({ pending: 30, droppedByReason: { not_stored: 20 } });
    expect(intercom.sent.length).toBeGreaterThan(0);
  });

  test("keep all events at once does not keep one that has made room meanwhile", async () => {
    const store = createMemoryStore();
    const { outbox } = faultyOutbox(store);
    const { client, clock } = startClient({
      random: Math.random,
      queue: { maxEvents: 4, policy: "drop_oldest" },
      outbox: {
        ...outbox,
        async append(records, leaseUntil) {
          if (records.length > 1) throw new OutboxError("full", "Cannot keep events");
          await turn();
          return outbox.append(records, leaseUntil);
        },
      },
    });
    const receipts = Array.from({ length: 4 }, () => client.track(anotherEvent()));
    await passTime(clock, 1);
    receipts.push(client.track(anotherEvent()), client.track(anotherEvent()), client.track(anotherEvent()));
    await passTime(clock, 20, 1);
    const stored = await Promise.all(receipts.map((receipt) => receipt.stored));
    expect(client.stats().droppedByReason.queue_full).toBeGreaterThan(0);
    expect(store.events.size).toBe(stored.filter(Boolean).length);
    expect(unaccounted(client.stats())).toBe(0);
    expect(client.stats().pending).toBe(store.events.size);
  });

  test("keep all events at once drops none that is being written", async () => {
    const store = createMemoryStore();
    const { outbox, of } = faultyOutbox(store);
    const { client, clock } = startClient(
      {
        random: Math.random,
        queue: { maxEvents: 4, policy: "drop_oldest" },
        outbox: {
          ...outbox,
          async append(records, leaseUntil) {
            if (records.length > 2) throw new OutboxError("full", "Cannot keep events");
            await outbox.append(records, leaseUntil);
            if (of("append").length === 2) await turn(); // The second half has been kept, and that is not known yet.
          },
        },
      },
      accept,
    );
    await turn();
    const track = () => Array.from({ length: 4 }, () => client.track(anotherEvent()));
    const receipts = track();
    await Promise.resolve();
    clock.advance(1);
    for (let turns = 0; turns < 100 && of("append").length < 2; turns += 1) await Promise.resolve();
    receipts.push(...track());
    await passTime(clock, 1000, 10);
    const outcomes = await Promise.all(receipts);
    expect(client.stats().accepted).toBe(outcomes.filter(({ status }) => status === "accepted").length);
    expect(unaccounted(client.stats())).toBe(0);
  });

  test("write how events ended is asked again, and sends nothing twice", async () => {
    const store = createMemoryStore();
    const { client, clock, intercom, faulty, warnings } = start(store, accept);
    faulty.fail("settle", failed);
    client.track(EVENT);
    await passTime(clock, 120_000, 100);
    expect(client.stats()).toMatchObject({ accepted: 1, pending: 0 });
    expect(store.events.size).toBe(1);
    expect(warnings).toHaveLength(1);
    faulty.fail("settle", undefined);
    await passTime(clock, 2000, 100);
    expect(store.events.size).toBe(0);
    expect(intercom.sent).toHaveLength(1);
  });

  test("write that an event has to wait has it wait all the same", async () => {
    const { client, clock, faulty, intercom } = start(
      createMemoryStore(),
      (request) =>
        intercom.sent.length === 1 ? request.reply(503, "", { "retry-after": "70" }) : accept(request),
      { retry: {} },
    );
    faulty.fail("update", failed);
    const receipt = client.track(EVENT);
    await passTime(clock, 70_000, 100); // Its lease has run out long since.
    expect(intercom.sent).toHaveLength(1);
    await passTime(clock, 60_000, 100);
    expect(await receipt).toEqual({ status: "accepted", attempts: 2 });
    expect(intercom.sent).toHaveLength(2);
  });

  test("write that an event has to wait gives it to nobody else once it is sent again", async () => {
    const store = createMemoryStore();
    const { client, clock, faulty, intercom } = start(
      store,
      (request) => intercom.sent.length === 1 && request.reply(503, "", { "retry-after": "70" }),
      { retry: {}, timeout: 600_000 },
    );
    faulty.fail("update", failed);
    client.track(EVENT);
    await passTime(clock, 130_000, 100);
    expect(intercom.open()).toHaveLength(1);
    const { length } = faulty.of("update");
    faulty.fail("update", undefined);
    await passTime(clock, 2000, 100);
    expect(faulty.of("update")).toHaveLength(length); // That it is free is not written any more.
    const theirs = start(store, accept, { clock });
    await passTime(clock, 60_000, 100);
    expect(theirs.intercom.sent).toHaveLength(0);
    expect(client.stats()).toMatchObject({ pending: 1, inFlight: 1 });
  });

  test.each(["lease", "renew", "update", "close"] as const)("%s goes on all the same", async (verb) => {
    const { client, clock, faulty, intercom } = start(
      createMemoryStore(),
      (request) =>
        intercom.sent.length === 1 ? request.reply(503, "", { "retry-after": "15" }) : accept(request),
      { retry: {} },
    );
    faulty.fail(verb, failed);
    const receipt = client.track(EVENT);
    await passTime(clock, 60_000, 500);
    expect((await receipt).status).toBe("accepted");
    expect(await client.close({ timeout: 0 })).toEqual({ pending: 0, dropped: 0 });
    expect(faulty.of(verb).length).toBeGreaterThan(0);
    expect(clock.timers()).toBe(0);
  });
});

describe("close", () => {
  test("writes what was tracked last, and leaves it for the next time", async () => {
    const store = createMemoryStore();
    const { client, clock } = start(store);
    const receipt = client.track(EVENT);
    expect(await client.close({ timeout: 0 })).toEqual({ pending: 1, dropped: 0 });
    expect(await receipt.stored).toBe(true);
    expect(bodiesIn(store)).toHaveLength(1);
    expect([...store.events.values()].every(({ leaseUntil }) => leaseUntil === 0)).toBe(true);
    expect(unaccounted(client.stats())).toBe(0);
    expect(clock.timers()).toBe(0);
  });

  test("keeps those that wait for room outside", async () => {
    const store = createMemoryStore();
    const { client, clock } = start(store, undefined, { queue: { maxEvents: 3, policy: "wait" } });
    for (let index = 0; index < 6; index += 1) client.track(anotherEvent());
    await passTime(clock, 10, 1);
    expect(await client.close({ timeout: 0 })).toEqual({ pending: 6, dropped: 0 });
    expect(store.events.size).toBe(6);
  });

  test("keeps one that waits for the room of another that is being sent", async () => {
    const store = createMemoryStore();
    const { client, clock, intercom } = start(store, undefined, {
      queue: { maxBytes: 1000, policy: "wait" },
    });
    await turn();
    const sizes = [300, 800];
    const receipts = sizes.map((size) =>
      client.track({ ...anotherEvent(), metadata: { text: "x".repeat(size) } }),
    );
    await passTime(clock, 10, 1);
    expect(intercom.sent).toHaveLength(1);
    expect(store.events.size).toBe(1);
    expect(await client.close({ timeout: 0 })).toEqual({ pending: 2, dropped: 0 });
    expect(await Promise.all(receipts.map(({ stored }) => stored))).toEqual([true, true]);
    expect(store.events.size).toBe(2);
  });

  test("counts none that another process has tracked", async () => {
    const store = createMemoryStore();
    const first = start(store);
    first.client.track(anotherEvent());
    await first.client.close({ timeout: 0 });
    const second = start(store);
    second.client.track(anotherEvent());
    await passTime(second.clock, 100, 10);
    expect(second.intercom.open()).toHaveLength(2);
    expect(await second.client.close({ timeout: 0 })).toEqual({ pending: 1, dropped: 0 });
    expect(unaccounted(second.client.stats())).toBe(0);
    expect(store.events.size).toBe(2);
  });

  test("keeps an equal event with the one it waits for", async () => {
    const store = createMemoryStore();
    const { client } = start(store);
    client.track({ ...EVENT, createdAt: 5 });
    const twin = client.track({ ...EVENT, createdAt: 5 });
    expect(await client.close({ timeout: 0 })).toEqual({ pending: 2, dropped: 0 });
    expect(await twin.stored).toBe(true);
    expect(store.events.size).toBe(1);
  });

  test("sends nothing of what the outbox hands out meanwhile, and leaves it there", async () => {
    const store = createMemoryStore();
    const earlier = start(store);
    for (let index = 0; index < 3; index += 1) earlier.client.track(anotherEvent());
    await earlier.client.close({ timeout: 0 });
    const { outbox } = faultyOutbox(store);
    const { client, clock, intercom } = startClient({
      random: Math.random,
      outbox: slowToLease(outbox, turn),
    });
    expect(await client.close({ timeout: 0 })).toEqual({ pending: 0, dropped: 0 });
    await passTime(clock, 60_000, 1000);
    expect(intercom.sent).toHaveLength(0);
    expect(client.stats()).toMatchObject({ inFlight: 0, recovered: 0 });
    expect([...store.events.values()].map(({ leaseUntil }) => leaseUntil)).toEqual([0, 0, 0]);
    expect(clock.timers()).toBe(0);
  });

  test("sends nothing of what is being written meanwhile, and leaves it there", async () => {
    const store = createMemoryStore();
    const { outbox } = faultyOutbox(store);
    const { client, clock, intercom } = startClient({
      random: Math.random,
      outbox: {
        ...outbox,
        async append(records, leaseUntil) {
          await outbox.append(records, leaseUntil);
          await turn();
        },
      },
    });
    await turn();
    const receipt = client.track(EVENT);
    await Promise.resolve();
    clock.advance(1);
    for (let turns = 0; turns < 100 && store.events.size === 0; turns += 1) await Promise.resolve();
    expect(store.events.size).toBe(1);
    expect(await client.close({ timeout: 0 })).toEqual({ pending: 1, dropped: 0 });
    expect(await receipt.stored).toBe(true);
    await passTime(clock, 60_000, 1000);
    expect(intercom.sent).toHaveLength(0);
    expect(client.stats()).toMatchObject({ inFlight: 0, pending: 1 });
    expect([...store.events.values()].map(({ leaseUntil }) => leaseUntil)).toEqual([0]);
    expect(clock.timers()).toBe(0);
  });

  test("ends calls of flush, those that come later as well", async () => {
    const clock = fakeClock();
    let awake = 0;
    const keepAlive = () => {
      awake += 1;
      return () => {
        awake -= 1;
      };
    };
    const { client } = start(createMemoryStore(), undefined, { clock: { ...clock, keepAlive } });
    await turn();
    client.track(EVENT);
    await passTime(clock, 1);
    const flushed = client.flush();
    await turn();
    expect(await client.close({ timeout: 0 })).toEqual({ pending: 1, dropped: 0 });
    expect(await flushed).toEqual({ pending: 1 });
    expect(await client.flush()).toEqual({ pending: 1 });
    expect(awake).toBe(0);
  });

  test("ends with an outbox whose lease answers nothing, which is told", async () => {
    const { outbox } = faultyOutbox(createMemoryStore());
    const nothing = async () => undefined as never;
    const { client, clock, warnings } = startClient({ outbox: { ...outbox, lease: nothing } });
    const receipt = client.track(EVENT);
    await passTime(clock, 1000, 100);
    expect(await receipt.stored).toBe(true);
    expect(await client.close({ timeout: 0 })).toEqual({ pending: 1, dropped: 0 });
    expect(warnings).toEqual([
      expect.stringContaining('The outbox cannot read events: "lease" must answer a list of records'),
    ]);
  });

  test("waits once for an outbox that takes nothing, however many are left", async () => {
    const { client, faulty } = start(createMemoryStore());
    await turn();
    faulty.fail("append", new OutboxError("failed", "Cannot keep events: the database is locked"));
    for (let index = 0; index < 1001; index += 1) client.track(anotherEvent());
    expect(await client.close({ timeout: 0 })).toEqual({ pending: 0, dropped: 1001 });
    expect(faulty.of("append")).toHaveLength(1);
  });

  test("drops what the outbox does not take any more", async () => {
    const { client, faulty }: Started & { faulty: { fail: unknown } } = start(createMemoryStore());
    (faulty as ReturnType<typeof faultyOutbox>).fail("append", new OutboxError("full", "Cannot keep events"));
    const receipts = [client.track(anotherEvent()), client.track(anotherEvent())];
    expect(await client.close({ timeout: 0 })).toEqual({ pending: 0, dropped: 2 });
    expect(await Promise.all(receipts)).toEqual([NOT_STORED, NOT_STORED]);
  });
});
