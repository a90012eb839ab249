import { describe, expect, test } from "vitest";
import { fakeClock } from "../tests/fake-clock.ts";
import { faultyOutbox } from "../tests/faulty-outbox.ts";
import { passTime } from "../tests/pass-time.ts";
import { anotherEvent, EVENT, type Started, startClient, turn, unaccounted } from "../tests/start-client.ts";
import {
  bodiesIn,
  leaveEvent,
  NOT_STORED,
  slowToLease,
  startOutboxClient,
} from "../tests/start-outbox-client.ts";
import { createMemoryStore } from "./memory-outbox.ts";
import { OutboxError, type OutboxRecord } from "./outbox.ts";

describe("close", () => {
  test("writes what was tracked last, and leaves it for the next time", async () => {
    const store = createMemoryStore();
    const { client, clock } = startOutboxClient(store);
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
    const { client, clock } = startOutboxClient(store, undefined, {
      queue: { maxEvents: 3, policy: "wait" },
    });
    for (let index = 0; index < 6; index += 1) client.track(anotherEvent());
    await passTime(clock, 10, 1);
    expect(await client.close({ timeout: 0 })).toEqual({ pending: 6, dropped: 0 });
    expect(store.events.size).toBe(6);
  });

  test("keeps one that waits for the room of another that is being sent", async () => {
    const store = createMemoryStore();
    const { client, clock, intercom } = startOutboxClient(store, undefined, {
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
    const first = startOutboxClient(store);
    first.client.track(anotherEvent());
    await first.client.close({ timeout: 0 });
    const second = startOutboxClient(store);
    second.client.track(anotherEvent());
    await passTime(second.clock, 100, 10);
    expect(second.intercom.open()).toHaveLength(2);
    expect(await second.client.close({ timeout: 0 })).toEqual({ pending: 1, dropped: 0 });
    expect(unaccounted(second.client.stats())).toBe(0);
    expect(store.events.size).toBe(2);
  });

  test("keeps an equal event with the one it waits for", async () => {
    const store = createMemoryStore();
    const { client } = startOutboxClient(store);
    client.track({ ...EVENT, createdAt: 5 });
    const twin = client.track({ ...EVENT, createdAt: 5 });
    expect(await client.close({ timeout: 0 })).toEqual({ pending: 2, dropped: 0 });
    expect(await twin.stored).toBe(true);
    expect(store.events.size).toBe(1);
  });

  test("sends nothing of what the outbox hands out meanwhile, and leaves it there", async () => {
    const store = createMemoryStore();
    const earlier = startOutboxClient(store);
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
    const { client } = startOutboxClient(createMemoryStore(), undefined, { clock: { ...clock, keepAlive } });
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

  test.each([
    [{ failures: "0" }, "failures is a number, got string"],
    [{ trackedAt: 1n }, "trackedAt is a number, got bigint"],
    [{ dueAt: null }, "dueAt is a number, got object"],
    [{ id: 7 }, "id is a string, got number"],
    [{ attempts: Number.NaN }, "attempts is a number, got NaN"],
    [{ missingSince: null }, "missingSince is a number, got object"],
    [{ body: "{" }, "body is a JSON object"],
    [{ body: "null" }, "body is a JSON object"],
    [{ body: "[]" }, "body is a JSON object"],
  ] as [object, string][])(
    "ends with an outbox whose lease answers records with %o, which is told",
    async (wrong, message) => {
      const store = createMemoryStore();
      await leaveEvent(store);
      const { outbox } = faultyOutbox(store);
      const { client, clock, intercom, warnings } = startClient({
        outbox: {
          ...outbox,
          async lease(request) {
            const records = await outbox.lease(request);
            return records.map((record) => ({ ...record, ...(wrong as Partial<OutboxRecord>) }));
          },
        },
      });
      await passTime(clock, 1000, 100);
      expect(intercom.sent).toEqual([]);
      expect(await client.close({ timeout: 0 })).toEqual({ pending: 0, dropped: 0 });
      expect(warnings).toEqual([
        `intercom-events: The outbox cannot read all events: "lease" must answer records whose ${message}.`,
      ]);
    },
  );

  test.each([
    [null, "null"],
    [undefined, "undefined"],
    ["text", '"text"'],
  ])("ends with an outbox whose lease answers %o for a record, which is told", async (record, shown) => {
    const { outbox } = faultyOutbox(createMemoryStore());
    const lease = async () => [record as unknown as OutboxRecord];
    const { client, clock, warnings } = startClient({ outbox: { ...outbox, lease } });
    const receipt = client.track(EVENT);
    await passTime(clock, 1000, 100);
    expect(await receipt.stored).toBe(true);
    expect(await client.close({ timeout: 0 })).toEqual({ pending: 1, dropped: 0 });
    expect(warnings).toEqual([
      `intercom-events: The outbox cannot read all events: "lease" must answer records that are objects, got ${shown}.`,
    ]);
  });

  test("takes the good ones of a lease with a record that is none", async () => {
    const store = createMemoryStore();
    const first = startOutboxClient(store);
    await turn();
    for (let events = 0; events < 10; events += 1) first.client.track(anotherEvent());
    await passTime(first.clock, 1);
    await first.client.close({ timeout: 0 });
    const { outbox } = faultyOutbox(store);
    const { client, clock, intercom } = startClient({
      outbox: {
        ...outbox,
        lease: async (request) =>
          (await outbox.lease(request)).map((record, index) =>
            index === 3 ? { ...record, failures: "0" as unknown as number } : record,
          ),
      },
    });
    await passTime(clock, 1000, 100);
    expect(intercom.sent).toHaveLength(4); // As many as may be sent before the first reply.
    for (let rounds = 0; rounds < 20; rounds += 1) {
      for (const request of intercom.open()) request.reply(202);
      await passTime(clock, 100, 10);
    }
    expect(intercom.sent).toHaveLength(9);
    await client.close({ timeout: 0 });
    expect(store.events.size).toBe(1);
  });

  test("waits once for an outbox that takes nothing, however many are left", async () => {
    const { client, faulty } = startOutboxClient(createMemoryStore());
    await turn();
    faulty.fail("append", new OutboxError("failed", "Cannot keep events: the database is locked"));
    for (let index = 0; index < 1001; index += 1) client.track(anotherEvent());
    expect(await client.close({ timeout: 0 })).toEqual({ pending: 0, dropped: 1001 });
    expect(faulty.of("append")).toHaveLength(1);
  });

  test("drops what the outbox does not take any more", async () => {
    const { client, faulty }: Started & { faulty: { fail: unknown } } = startOutboxClient(
      createMemoryStore(),
    );
    (faulty as ReturnType<typeof faultyOutbox>).fail("append", new OutboxError("full", "Cannot keep events"));
    const receipts = [client.track(anotherEvent()), client.track(anotherEvent())];
    expect(await client.close({ timeout: 0 })).toEqual({ pending: 0, dropped: 2 });
    expect(await Promise.all(receipts)).toEqual([NOT_STORED, NOT_STORED]);
  });
});
