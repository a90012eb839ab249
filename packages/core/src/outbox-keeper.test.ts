import { describe, expect, test } from "vitest";
import { faultyOutbox } from "../tests/faulty-outbox.ts";
import { passTime } from "../tests/pass-time.ts";
import { anotherEvent, EVENT, startClient, turn, unaccounted } from "../tests/start-client.ts";
import { accept, bodiesIn, PLENTY, slowToLease, startOutboxClient } from "../tests/start-outbox-client.ts";
import type { Outcome } from "./index.ts";
import { createMemoryStore } from "./memory-outbox.ts";

describe("what is tracked", () => {
  test("is stored before it is sent, all of one tick together, and forgotten once it is accepted", async () => {
    const store = createMemoryStore();
    const { client, clock, intercom, faulty } = startOutboxClient(store);
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
    const { client, clock, faulty } = startOutboxClient(store, (request) => request.fail(new Error("reset")));
    client.track(EVENT);
    await passTime(clock, 1000, 10);
    expect(JSON.stringify([faulty.calls, [...store.events], store.deadLetters])).not.toContain("dG9r");
    expect(store.deadLetters).toHaveLength(1);
  });

  test("that is more than memory is to hold waits in the outbox alone, and comes back in order", async () => {
    const store = createMemoryStore();
    const { client, clock, intercom } = startOutboxClient(store, undefined, {
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

  test("is written once though the outbox looks at the counts while it is called", async () => {
    const { outbox, of } = faultyOutbox(createMemoryStore());
    let isFirst = true;
    const { client, clock } = startClient(
      {
        random: Math.random,
        outbox: {
          ...outbox,
          settle(endings, now) {
            if (isFirst) client.track(anotherEvent());
            isFirst = false;
            client.stats();
            return outbox.settle(endings, now);
          },
          async append(records, leaseUntil) {
            await new Promise<void>((resolve) => clock.after(100, resolve));
            return outbox.append(records, leaseUntil);
          },
        },
      },
      accept,
    );
    await turn();
    client.track(EVENT);
    await passTime(clock, 2000, 10);
    expect(of("append")).toHaveLength(2);
    expect(client.stats()).toMatchObject({ tracked: 2, accepted: 2, pending: 0 });
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
      const { client, clock, intercom } = startOutboxClient(store, undefined, {
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
        startOutboxClient(store, accept, { clock });
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
    const { client, clock } = startOutboxClient(
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
    const { client, clock, intercom } = startOutboxClient(createMemoryStore(), undefined, { queue });
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
    const first = startOutboxClient(store, undefined, { concurrency: 1 });
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
    const { client, clock, intercom } = startOutboxClient(store, undefined, { queue });
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
    const { client, clock } = startOutboxClient(createMemoryStore(), accept, { queue: { maxBytes: 400 } });
    await turn();
    for (let index = 0; index < 3; index += 1) {
      client.track({ ...anotherEvent(), metadata: { text } });
      await passTime(clock, 200, 10);
    }
    expect(client.stats()).toMatchObject({ accepted: 3, dropped: 0 });
  });
});
