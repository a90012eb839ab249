import { setFlagsFromString } from "node:v8";
import { runInNewContext } from "node:vm";
import { describe, expect, test } from "vitest";
import { fakeClock } from "../tests/fake-clock.ts";
import { faultyOutbox } from "../tests/faulty-outbox.ts";
import { passTime } from "../tests/pass-time.ts";
import type { SentRequest } from "../tests/scripted-transport.ts";
import { anotherEvent, EVENT, startClient, turn } from "../tests/start-client.ts";
import { accept, leaveEvent, PLENTY, slowToLease, startOutboxClient } from "../tests/start-outbox-client.ts";
import type { Outcome, Receipt } from "./index.ts";
import { createMemoryStore } from "./memory-outbox.ts";
import { OutboxError } from "./outbox.ts";

describe("what is left", () => {
  test("is delivered by the next client, with its attempts and its age", async () => {
    const store = createMemoryStore();
    const first = startOutboxClient(store, (request) => request.reply(503), {
      retry: { attempts: 5 },
      random: () => 0.5, // So that the first wait is 0.5 and the next 1 second.
    });
    const receipt = first.client.track(EVENT);
    await passTime(first.clock, 1400, 10);
    expect(first.intercom.sent).toHaveLength(2);
    expect(await first.client.close({ timeout: 0 })).toEqual({ pending: 1, dropped: 0 });
    expect(await receipt.stored).toBe(true);
    const second = startOutboxClient(store, (request) => request.reply(503), { retry: { attempts: 5 } });
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
      const second = startOutboxClient(store, (request) => request.reply(replies.shift() ?? 401), {
        clock,
        retry: {},
      });
      await passTime(clock, 20_000, 100);
      expect(second.intercom.sent).toHaveLength(requests);
      expect(store.events.size).toBe(statuses.includes(202) ? 0 : 1);
      expect(store.deadLetters).toEqual([]);
    },
  );

  test("by a client that has died is taken over when its lease runs out", async () => {
    const store = createMemoryStore();
    const dead = startOutboxClient(store);
    dead.client.track(EVENT);
    await passTime(dead.clock, 10);
    expect(dead.intercom.sent).toHaveLength(1); // From here on nothing happens in it any more.
    const next = startOutboxClient(store, accept);
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
    const busy = startOutboxClient(store, undefined, { timeout: 600_000 });
    const other = startOutboxClient(store, accept, { clock: busy.clock });
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
    const first = startOutboxClient(store);
    for (let index = 0; index < 30; index += 1) first.client.track(anotherEvent());
    await first.client.close({ timeout: 0 });
    const second = startOutboxClient(store, accept);
    expect(await second.client.flush()).toEqual({ pending: 0 });
    expect(second.client.stats().recovered).toBe(30);
  });

  test("is waited for by flush, though memory has room for a part of it", async () => {
    const store = createMemoryStore();
    const first = startOutboxClient(store);
    for (let index = 0; index < 5; index += 1) first.client.track(anotherEvent());
    await first.client.close({ timeout: 0 });
    const second = startOutboxClient(store, undefined, { queue: { maxEvents: 2 } });
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
    const first = startOutboxClient(store);
    first.client.track(EVENT);
    await first.client.close({ timeout: 0 });
    const second = startOutboxClient(store, undefined, { retry: {} });
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
    const { client, clock, intercom } = startOutboxClient(
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
      const { client, clock, intercom } = startOutboxClient(
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
    const { client, clock, intercom } = startOutboxClient(
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
    const ours = startOutboxClient(store, undefined, { queue: { maxEvents: 6 }, concurrency: 1 });
    await turn();
    const receipts: Promise<Outcome>[] = [];
    for (let index = 0; index < 12; index += 1) {
      receipts.push(ours.client.track({ ...EVENT, eventName: index === 11 ? "bad" : `event-${index}` }));
      await passTime(ours.clock, 5);
    }
    expect(ours.client.stats().pending).toBe(12);
    const theirs = startOutboxClient(
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
    const ours = startOutboxClient(
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
    const theirs = startOutboxClient(store, answer, { clock: ours.clock });
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
    const ours = startOutboxClient(store, undefined, { queue: { maxEvents: 6 }, concurrency: 1 });
    const theirs = startOutboxClient(
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
    const ours = startOutboxClient(
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
    const theirs = startOutboxClient(store, (request) => request.reply(422), { clock: ours.clock });
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
    const theirs = startOutboxClient(store, accept, { clock });
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

describe("a store that has lost what it acknowledged, as one that was put back to an earlier state", () => {
  test.each([
    ["accepted", 202, false],
    ["accepted", 202, true],
    ["rejected", 400, false],
    ["rejected", 400, true],
  ] as const)(
    "hands out again what was %s (%i), which changes no count of it; others wait in it: %s",
    async (status, code, othersWait) => {
      const store = createMemoryStore();
      const { client, clock, intercom } = startOutboxClient(
        store,
        (request) => request.reply(request.body?.includes('"waits"') ? 503 : code, "", PLENTY),
        { retry: { attempts: 9, baseDelay: 7_200_000, maxDelay: 7_200_000 } },
      );
      await turn();
      const waiting = othersWait ? 3 : 0;
      for (let number = 0; number < waiting; number += 1)
        client.track({ ...anotherEvent(), eventName: "waits" });
      for (let number = 0; number < 10; number += 1) client.track(anotherEvent());
      await passTime(clock, 1);
      const before = [...store.events].filter(([, { record }]) => !record.body.includes('"waits"'));
      await passTime(clock, 1000, 100);
      expect(client.stats()).toMatchObject({ [status]: 10, pending: waiting });
      for (const [id, kept] of before) store.events.set(id, kept);
      await passTime(clock, 60_000, 1000);
      expect(intercom.sent).toHaveLength(waiting + 20);
      expect(client.stats()).toMatchObject({ [status]: 10, recovered: 10, pending: waiting });
      let isFlushed = false;
      client.flush().then(() => {
        isFlushed = true;
      });
      await passTime(clock, 20_000, 1000);
      expect(isFlushed).toBe(!othersWait);
    },
  );
});
