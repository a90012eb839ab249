import { describe, expect, test } from "vitest";
import { fakeClock } from "../tests/fake-clock.ts";
import { faultyOutbox } from "../tests/faulty-outbox.ts";
import { HOSTILE } from "../tests/hostile.ts";
import { passTime } from "../tests/pass-time.ts";
import { anotherEvent, EVENT, startClient, turn, unaccounted } from "../tests/start-client.ts";
import { accept, NOT_STORED, startOutboxClient } from "../tests/start-outbox-client.ts";
import { createMemoryStore } from "./memory-outbox.ts";
import { OutboxError } from "./outbox.ts";
import { codeOf, createOutboxTrouble } from "./outbox-trouble.ts";

describe("an outbox that cannot", () => {
  const failed = new OutboxError("failed", "Cannot keep events: disk I/O error");

  test("keep events has them dropped, loudly", async () => {
    const { client, clock, intercom, warnings, faulty } = startOutboxClient(createMemoryStore(), accept);
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
    const { client, clock, faulty, warnings } = startOutboxClient(createMemoryStore(), accept, {
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

  test.each(["drop", "memory"] as const)(
    "keep all events keeps those that fit: %s",
    async (outboxFallback) => {
      const store = createMemoryStore();
      const { client, clock, intercom } = startOutboxClient(store, undefined, { outboxFallback }, 30);
      await turn();
      const receipts = Array.from({ length: 50 }, () => client.track(anotherEvent()));
      await passTime(clock, 10, 1);
      const stored = await Promise.all(receipts.map((receipt) => receipt.stored));
      expect(stored.filter(Boolean).length).toBe(30);
      expect(store.events.size).toBe(30);
      expect(client.stats()).toMatchObject(
        outboxFallback === "drop" ? { pending: 30, droppedByReason: { not_stored: 20 } } : { pending: 50 },
      );
      expect(intercom.sent.length).toBeGreaterThan(0);
    },
  );

  test("keep a long event keeps the short ones beside it", async () => {
    const { outbox } = faultyOutbox(createMemoryStore());
    const { client, clock } = startClient({
      outboxFallback: "memory",
      outbox: {
        ...outbox,
        async append(records, leaseUntil) {
          if (records.some(({ body }) => body.length > 1000)) throw new OutboxError("full", "too long");
          return outbox.append(records, leaseUntil);
        },
      },
    });
    await turn();
    const long = { ...anotherEvent(), metadata: { text: "x".repeat(1000) } };
    const receipts = [anotherEvent(), long, anotherEvent(), anotherEvent()].map(client.track);
    await passTime(clock, 10, 1);
    const stored = await Promise.all(receipts.map((receipt) => receipt.stored));
    expect(stored).toEqual([true, false, true, true]);
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
    const { client, clock, intercom, faulty, warnings } = startOutboxClient(store, accept);
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
    const { client, clock, faulty, intercom } = startOutboxClient(
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
    const { client, clock, faulty, intercom } = startOutboxClient(
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
    const theirs = startOutboxClient(store, accept, { clock });
    await passTime(clock, 60_000, 100);
    expect(theirs.intercom.sent).toHaveLength(0);
    expect(client.stats()).toMatchObject({ pending: 1, inFlight: 1 });
  });

  test.each([
    ["lease", "read events"],
    ["renew", "renew leases"],
    ["update", "write"],
    ["close", "be closed"],
  ] as const)("%s goes on all the same, and it is said once that it cannot %s", async (verb, cannot) => {
    const { client, clock, faulty, intercom, warnings } = startOutboxClient(
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
    expect(warnings).toEqual([expect.stringMatching(`The outbox cannot ${cannot}.*: `)]);
    expect(clock.timers()).toBe(0);
  });
});

test("an outbox that fails slowly holds up no event that may be sent from memory", async () => {
  const store = createMemoryStore();
  const { outbox } = faultyOutbox(store);
  let failures = 0;
  const { client, clock } = startClient(
    {
      outboxFallback: "memory",
      outbox: {
        ...outbox,
        async append() {
          failures += 1;
          await new Promise<void>((resolve) => clock.after(5000, resolve));
          throw new OutboxError("failed", "timed out");
        },
      },
    },
    accept,
  );
  await turn();
  for (let second = 0; second < 6; second += 1) {
    for (let events = 0; events < 300; events += 1) client.track(anotherEvent());
    await passTime(clock, 1000, 100);
  }
  await passTime(clock, 5000, 100);
  expect(client.stats()).toMatchObject({ tracked: 1800, accepted: 1800, pending: 0 });
  expect(failures).toBeLessThan(3); // Not one for each 250 events.
});

test("what waits for an outbox that fails at once is still offered to it", async () => {
  const store = createMemoryStore();
  const { outbox } = faultyOutbox(store);
  let isFirst = true;
  const { client, clock } = startClient({
    outboxFallback: "memory",
    outbox: {
      ...outbox,
      async append(records, leaseUntil) {
        if (isFirst) {
          isFirst = false;
          throw new OutboxError("failed", "the database is locked");
        }
        return outbox.append(records, leaseUntil);
      },
    },
  });
  await turn();
  for (let events = 0; events < 1000; events += 1) client.track(anotherEvent());
  await passTime(clock, 100, 1);
  expect(store.events.size).toBe(750);
});

test("the oldest event is known while an outbox does not answer", async () => {
  const { outbox } = faultyOutbox(createMemoryStore());
  const append = () => new Promise<void>(() => undefined);
  const { client, clock } = startClient({ outbox: { ...outbox, append } });
  await turn();
  expect(client.stats()).not.toHaveProperty("oldestAge");
  client.track(EVENT);
  await passTime(clock, 7000, 1000);
  client.track(anotherEvent());
  expect(client.stats()).toMatchObject({ pending: 2, oldestAge: 7000 });
});

test("each outage of an outbox is told", async () => {
  const { client, clock, faulty, warnings } = startOutboxClient(createMemoryStore(), accept, {
    outboxFallback: "memory",
  });
  await turn();
  for (let outage = 0; outage < 3; outage += 1) {
    faulty.fail("append", new OutboxError("failed", "disk I/O error"));
    for (let failures = 0; failures < 3; failures += 1) {
      client.track(anotherEvent());
      await passTime(clock, 1000, 100);
    }
    faulty.fail("append", undefined);
    client.track(anotherEvent());
    await passTime(clock, 60_000, 1000);
  }
  expect(warnings).toEqual(Array(3).fill("intercom-events: The outbox cannot keep events: disk I/O error."));
});

describe("what an outbox cannot do is said", () => {
  function start() {
    const clock = fakeClock();
    const said: string[] = [];
    return { clock, said, trouble: createOutboxTrouble(clock, (message) => said.push(message)) };
  }

  test("once, and again a minute later if it has worked meanwhile", () => {
    const { clock, said, trouble } = start();
    const fail = () => trouble.tell(new Error("down"), "keep events");
    fail();
    clock.advance(3_600_000);
    fail();
    expect(said).toEqual(["The outbox cannot keep events: down"]);
    trouble.works("read events");
    fail();
    expect(said).toHaveLength(1);
    trouble.works("keep events");
    fail();
    expect(said).toHaveLength(2);
    trouble.works("keep events");
    clock.advance(59_999);
    fail();
    expect(said).toHaveLength(2);
    clock.advance(1);
    fail();
    expect(said).toHaveLength(3);
  });

  test("once for all of it where it cannot be used at all, until any of it works", () => {
    const { clock, said, trouble } = start();
    const error = new OutboxError("read_only", "it may not be written");
    trouble.tell(error, "keep events");
    trouble.tell(error, "read events");
    trouble.tellQuiet();
    expect(said).toEqual([
      "The outbox cannot be used: it may not be written",
      "The outbox has not answered for 10 seconds; events wait for it",
    ]);
    trouble.works("read events");
    clock.advance(60_000);
    trouble.tell(error, "keep events");
    trouble.tellQuiet();
    expect(said).toHaveLength(4);
  });

  test.each([
    [new OutboxError("full", ""), "full"],
    [Object.assign(new Error(), { name: "OutboxError", code: "full" }), "full"],
    [Object.assign(new Error(), { code: "full" }), undefined],
    [undefined, undefined],
  ])("%o has the code %s, of whatever copy of the package it is", (error, code) => {
    expect(codeOf(error)).toBe(code);
  });

  test.each(Object.keys(HOSTILE))("throws %s, and has the event dropped all the same", async (name) => {
    const { client, clock, faulty } = startOutboxClient(createMemoryStore());
    await turn();
    faulty.fail("append", HOSTILE[name]?.() as Error);
    const receipt = client.track(EVENT);
    await passTime(clock, 10);
    expect(await receipt).toEqual(NOT_STORED);
    expect(await client.close({ timeout: 0 })).toEqual({ pending: 0, dropped: 0 });
  });
});
