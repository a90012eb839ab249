import { setFlagsFromString } from "node:v8";
import { runInNewContext } from "node:vm";
import { describe, expect, test } from "vitest";
import { faultyOutbox } from "../tests/faulty-outbox.ts";
import { passTime } from "../tests/pass-time.ts";
import type { SentRequest } from "../tests/scripted-transport.ts";
import { anotherEvent, EVENT, type Started, startClient, turn, unaccounted } from "../tests/start-client.ts";
import type { CoreClientOptions, Outbox, Outcome, Receipt } from "./index.ts";
import { createMemoryStore, type MemoryStore, memoryOutbox } from "./memory-outbox.ts";
import { OutboxError } from "./outbox.ts";

const ACCEPTED: Outcome = { status: "accepted", attempts: 1 };
const EXPIRED: Outcome = { status: "dropped", reason: "expired" };
/** As another process is told of what it has ended: that it was accepted, and nothing more. */
const ELSEWHERE: Outcome = { status: "accepted", attempts: 0 };

/** Has an event wait for two minutes, and so in the outbox alone. */
const later = (request: SentRequest): void => request.reply(404, "", { "retry-after": "120" });

/** A store that is never empty, as others always have an event in it. */
async function busyStore(): Promise<{ readonly store: MemoryStore; readonly others: Outbox }> {
  const store = createMemoryStore();
  const others = memoryOutbox({ store });
  const theirs = { body: "{}", trackedAt: 1, attempts: 0, failures: 0, dueAt: 0 };
  await others.append([{ ...theirs, id: "zzz-theirs" }], Number.MAX_SAFE_INTEGER);
  return { store, others };
}

/** A client whose first events have left its memory. */
async function startWith(
  events: number,
  options: Partial<CoreClientOptions> = {},
  wrap = (outbox: Outbox): Outbox => outbox,
) {
  const { store, others } = await busyStore();
  let isLater = true;
  const started = startClient(
    {
      random: Math.random,
      retry: {},
      timeout: 3_600_000,
      outbox: wrap(faultyOutbox(store).outbox),
      ...options,
    },
    (request) => isLater && later(request),
  );
  await turn();
  const receipts: Receipt[] = Array.from({ length: events }, () => started.client.track(anotherEvent()));
  await passTime(started.clock, 1000, 50);
  isLater = false;
  expect(started.client.stats()).toMatchObject({ pending: events, inFlight: 0 });
  const ids = [...store.events.keys()].filter((id) => id !== "zzz-theirs");
  expect(ids).toHaveLength(events);
  /** Ends some of them as another process does. */
  const endElsewhere = (numbers: readonly number[], outcome: Outcome): Promise<void> =>
    others.settle(
      numbers.map((number) => ({ id: ids[number] as string, outcome })),
      started.clock.now(),
    );
  return { ...started, store, others, receipts, ids, endElsewhere };
}

/** Outcomes as far as they are known. */
function watch(receipts: readonly Receipt[]): (Outcome | undefined)[] {
  const outcomes: (Outcome | undefined)[] = receipts.map(() => undefined);
  receipts.forEach((receipt, index) => {
    void receipt.then((outcome) => {
      outcomes[index] = outcome;
    });
  });
  return outcomes;
}

describe("what another process has ended, while the store is never empty", () => {
  test("has its outcome within ten seconds, and what is still there has none", async () => {
    const { client, clock, receipts, endElsewhere } = await startWith(4);
    const outcomes = watch(receipts);
    await endElsewhere([0], ACCEPTED);
    await endElsewhere([2], EXPIRED);
    await passTime(clock, 10_000, 100);
    expect(outcomes).toEqual([ELSEWHERE, undefined, EXPIRED, undefined]);
    expect(client.stats()).toMatchObject({ accepted: 1, dropped: 1, pending: 2 });
    await passTime(clock, 40_000, 100);
    expect(client.stats()).toMatchObject({ tracked: 4, accepted: 1, dropped: 1, pending: 2 });
    await endElsewhere([1, 3], ACCEPTED);
    await passTime(clock, 10_000, 100);
    expect(outcomes).toEqual([ELSEWHERE, ELSEWHERE, EXPIRED, ELSEWHERE]);
    expect(client.stats()).toMatchObject({ accepted: 3, dropped: 1, pending: 0 });
  });

  test("has its outcome though this client has events in memory all the time", async () => {
    const { client, clock, receipts, intercom, endElsewhere } = await startWith(3);
    const outcomes = watch(receipts);
    client.track(anotherEvent());
    await passTime(clock, 100, 10);
    expect(intercom.open()).toHaveLength(1);
    await endElsewhere([0, 1], ACCEPTED);
    await passTime(clock, 11_000, 100);
    expect(outcomes).toEqual([ELSEWHERE, ELSEWHERE, undefined]);
    expect(client.stats()).toMatchObject({ accepted: 2, pending: 2, inFlight: 1 });
  });

  test("is noticed by flush within about a second", async () => {
    const { client, clock, endElsewhere } = await startWith(3);
    let report: unknown;
    void client.flush().then((its) => {
      report = its;
    });
    await passTime(clock, 3000, 100);
    await endElsewhere([0, 1], ACCEPTED);
    await passTime(clock, 1100, 100);
    expect(client.stats()).toMatchObject({ accepted: 2, pending: 1 });
    expect(report).toBe(undefined);
    await endElsewhere([2], ACCEPTED);
    await passTime(clock, 1100, 100);
    expect(report).toEqual({ pending: 0 });
  });

  test("is noticed by close at once if it has ended before, and otherwise within about a second", async () => {
    for (const wait of [0, 3000]) {
      const { client, clock, endElsewhere } = await startWith(3);
      await passTime(clock, 2000, 100);
      if (wait === 0) await endElsewhere([0, 1, 2], ACCEPTED);
      let report: unknown;
      void client.close().then((its) => {
        report = its;
      });
      await passTime(clock, wait, 100);
      expect(report).toEqual(wait === 0 ? { pending: 0, dropped: 0 } : undefined);
      await endElsewhere([0, 1, 2], ACCEPTED);
      await passTime(clock, 1100, 100);
      expect(report).toEqual({ pending: 0, dropped: 0 });
      expect(clock.timers()).toBe(0);
    }
  });

  test("is counted though nobody holds its receipt, and flush does not wait for it", async () => {
    const { client, clock, endElsewhere, intercom, receipts } = await startWith(600);
    receipts.length = 0;
    setFlagsFromString("--expose-gc");
    // What was tracked of late is remembered with its receipt; so many more are that those are not.
    const text = "x".repeat(60_000);
    for (let index = 0; index < 150; index += 1) {
      client.track({ ...anotherEvent(), metadata: { text } });
      await passTime(clock, 5);
    }
    for (let time = 0; time < 2; time += 1) {
      runInNewContext("gc")();
      await turn();
    }
    let report: unknown;
    void client.flush().then((its) => {
      report = its;
    });
    while (intercom.open().length > 0) {
      for (const request of intercom.open()) request.reply(202);
      await passTime(clock, 100, 10);
    }
    expect(client.stats()).toMatchObject({ accepted: 150, pending: 600 });
    await endElsewhere(
      Array.from({ length: 599 }, (_, index) => index),
      ACCEPTED,
    );
    expect(report).toBe(undefined);
    await endElsewhere([599], EXPIRED);
    await passTime(clock, 1100, 100);
    expect(client.stats()).toMatchObject({ accepted: 749, dropped: 1, pending: 0 });
    expect(report).toEqual({ pending: 0 });
    expect(unaccounted(client.stats())).toBe(0);
  });

  test("lets an equal one go on that has waited for it", async () => {
    const { client, clock, ids, others, intercom } = await startWith(0);
    const event = { ...EVENT, createdAt: 1_600_000_000 };
    const first = client.track(event);
    await passTime(clock, 100, 10);
    intercom.open()[0]?.reply(503, "", { "retry-after": "120" });
    await passTime(clock, 100, 10);
    const second = client.track(event);
    await passTime(clock, 100, 10);
    expect(ids).toEqual([]);
    const [mine] = await idsOf(others);
    await others.settle([{ id: mine as string, outcome: EXPIRED }], clock.now());
    await passTime(clock, 11_000, 100);
    expect(await first).toEqual(EXPIRED);
    for (const request of intercom.open()) request.reply(202);
    await passTime(clock, 1000, 100);
    expect((await second).status).toBe("accepted");
  });

  test("is told apart from what this process was to deliver without the outbox, which has kept it", async () => {
    const failed = new OutboxError("failed", "Cannot keep events: the connection is lost");
    let isLost = false;
    const { client, clock, store, others, receipts, ids, endElsewhere } = await startWith(
      2,
      { outboxFallback: "memory" },
      (outbox) => ({
        ...outbox,
        async append(records, leaseUntil) {
          await outbox.append(records, leaseUntil);
          if (isLost) throw failed;
        },
      }),
    );
    isLost = true;
    const inMemory = client.track(anotherEvent());
    await passTime(clock, 5);
    await others.lease({ limit: 9, now: clock.now() + 60_000, until: clock.now() + 900_000 });
    expect(store.events.size).toBe(ids.length + 2);
    const outcomes = watch([...receipts, inMemory]);
    await endElsewhere([0], ACCEPTED);
    await passTime(clock, 11_000, 100);
    expect(outcomes).toEqual([ELSEWHERE, undefined, undefined]);
    expect(client.stats()).toMatchObject({ accepted: 1, pending: 2, recovered: 0 });
  });

  test("is noticed only once the store is empty where the outbox does not tell ids", async () => {
    const { client, clock, store, receipts, endElsewhere } = await startWith(
      2,
      {},
      ({ ids, ...outbox }) => outbox,
    );
    const outcomes = watch(receipts);
    await endElsewhere([0, 1], ACCEPTED);
    await passTime(clock, 60_000, 500);
    expect(client.stats()).toMatchObject({ accepted: 0, pending: 2 });
    store.events.clear();
    await passTime(clock, 11_000, 100);
    expect(outcomes).toEqual([ELSEWHERE, ELSEWHERE]);
    expect(client.stats()).toMatchObject({ accepted: 2, pending: 0 });
  });

  test("is not looked for while the outbox may have handed it out, and not said so for long", async () => {
    let answer = (): void => undefined;
    const { client, clock, intercom, endElsewhere } = await startWith(1, {}, (outbox) => ({
      ...outbox,
      async lease(request) {
        const records = await outbox.lease(request);
        if (records.length > 0) await new Promise<void>((resolve) => (answer = resolve));
        return records;
      },
    }));
    const flushed = client.flush();
    await passTime(clock, 150_000, 500);
    await endElsewhere([0], ACCEPTED); // The lease has run out, and another process has taken it.
    await passTime(clock, 5000, 100);
    expect(client.stats()).toMatchObject({ accepted: 0, pending: 1 });
    answer();
    await passTime(clock, 100);
    for (const request of intercom.open()) request.reply(202);
    await passTime(clock, 100);
    expect(await flushed).toEqual({ pending: 0 });
    expect(client.stats()).toMatchObject({ accepted: 1, pending: 0 });
  });

  test("is noticed though the outbox is asked for more with each look, and is slow to answer", async () => {
    let look = (): void => undefined;
    const { client, clock, receipts, endElsewhere } = await startWith(2, {}, (outbox) => ({
      ...outbox,
      async lease(request) {
        await new Promise<void>((resolve) => clock.after(100, resolve));
        return outbox.lease(request);
      },
      deadLetters() {
        look();
        return outbox.deadLetters();
      },
    }));
    look = () => void client.flush({ timeout: 50 });
    const outcomes = watch(receipts);
    await endElsewhere([0, 1], ACCEPTED);
    await passTime(clock, 11_000, 100);
    expect(outcomes).toEqual([ELSEWHERE, ELSEWHERE]);
    expect(client.stats()).toMatchObject({ accepted: 2, pending: 0 });
  });
});

describe("what an outbox says wrongly of what has ended elsewhere", () => {
  test.each([
    ["as text", (outcome: Outcome) => JSON.stringify(outcome), JSON.stringify(JSON.stringify(EXPIRED))],
    ["without a status", () => ({ reason: "expired" }), "an object (Object)"],
    ["without a verdict", () => ({ status: "rejected", attempts: 1 }), "an object (Object)"],
    ["without a reason", () => ({ status: "dropped" }), "an object (Object)"],
    ["without issues", () => ({ status: "invalid", issues: [] }), "an object (Object)"],
    ["as nothing", () => null, "null"],
  ] as const)("is told, and counted as nothing: a dead letter's outcome %s", async (_, wrong, shown) => {
    const { client, clock, warnings, receipts, endElsewhere } = await startWith(1, {}, (outbox) => ({
      ...outbox,
      async *deadLetters() {
        for await (const letter of outbox.deadLetters())
          yield { ...letter, outcome: wrong(letter.outcome) as unknown as Outcome };
      },
    }));
    const outcomes = watch(receipts);
    await endElsewhere([0], EXPIRED);
    await passTime(clock, 20_000, 500);
    expect(outcomes).toEqual([undefined]);
    expect(client.stats()).toMatchObject({ tracked: 1, pending: 1, dropped: 0, rejected: 0, invalid: 0 });
    expect(unaccounted(client.stats())).toBe(0);
    expect(warnings).toContain(
      `intercom-events: The outbox cannot tell which events it holds: "deadLetters" must answer outcomes, got ${shown}.`,
    );
  });

  test.each([undefined, "0", Number.NaN])(
    "is told, and nothing taken for ended: %o events",
    async (events) => {
      const { client, clock, warnings, receipts } = await startWith(1, {}, ({ ids, ...outbox }) => ({
        ...outbox,
        counts: async () => ({ events }) as never,
      }));
      const outcomes = watch(receipts);
      await passTime(clock, 20_000, 500);
      expect(outcomes).toEqual([undefined]);
      expect(client.stats()).toMatchObject({ pending: 1, accepted: 0 });
      expect(warnings).toEqual([
        expect.stringContaining(
          'The outbox cannot tell which events it holds: "counts" must answer events as a number',
        ),
      ]);
    },
  );
});

/** An outbox that tells its ids only when a test lets it, once that was asked for. */
function slow() {
  const waiting: (() => void)[] = [];
  let isSlow = false;
  let begun = 0;
  return {
    hold(): void {
      isSlow = true;
      begun = 0;
    },
    /** How often ids were asked for since. */
    begun: () => begun,
    wrap: (outbox: Outbox): Outbox => ({
      ...outbox,
      async *ids() {
        begun += 1;
        for await (const id of outbox.ids?.() ?? []) {
          if (isSlow) await new Promise<void>((resolve) => waiting.push(resolve));
          yield id;
        }
      },
    }),
    /** Has it tell so many more. */
    async go(ids: number): Promise<void> {
      for (let left = ids; left > 0; left -= 1) {
        waiting.shift()?.();
        await turn();
      }
    },
    /** Has it tell all from now on. */
    async goOn(): Promise<void> {
      isSlow = false;
      for (const resolve of waiting.splice(0)) resolve();
      await turn();
    },
  };
}

/** Lets time pass until so many requests have no answer. */
async function untilOpen({ clock, intercom }: Started, requests: number): Promise<void> {
  for (let left = 400; left > 0 && intercom.open().length < requests; left -= 1) await passTime(clock, 500);
  expect(intercom.open()).toHaveLength(requests);
}

describe("what is in the store is never taken for ended", () => {
  test("though it is new while the outbox counts, which tells no ids and was empty before", async () => {
    const { client, clock, others, intercom, receipts, endElsewhere } = await startWith(
      1,
      {},
      ({ ids, ...outbox }) => ({
        ...outbox,
        async counts() {
          const counts = await outbox.counts();
          await new Promise<void>((resolve) => clock.after(3000, resolve));
          return counts;
        },
      }),
    );
    await endElsewhere([0], ACCEPTED);
    await others.settle([{ id: "zzz-theirs", outcome: ACCEPTED }], clock.now());
    void client.flush();
    await turn();
    receipts.push(client.track(anotherEvent()));
    await passTime(clock, 1);
    intercom.open().forEach(later);
    const outcomes = watch(receipts);
    await passTime(clock, 60_000, 500);
    expect(outcomes).toEqual([undefined, undefined]);
    await untilOpen({ clock, intercom } as Started, 1);
    for (const request of intercom.open()) request.reply(202);
    await passTime(clock, 120_000, 500);
    expect(outcomes).toEqual([ELSEWHERE, { status: "accepted", attempts: 2 }]);
  });

  test("though it leaves memory while ids are read", async () => {
    const { hold, begun, wrap, go } = slow();
    const { client, clock, intercom, endElsewhere } = await startWith(3, {}, wrap);
    for (let index = 0; index < 3; index += 1) client.track(anotherEvent());
    await passTime(clock, 100, 10);
    expect(intercom.open()).toHaveLength(3);
    await endElsewhere([0, 1], ACCEPTED);
    hold();
    await passTime(clock, 10_000, 100);
    expect(begun()).toBe(1);
    await go(4); // One that is there, and those that are in memory yet.
    for (const request of intercom.open()) later(request);
    await passTime(clock, 200, 10);
    expect(client.stats()).toMatchObject({ pending: 6, inFlight: 0 });
    await go(20);
    expect(client.stats()).toMatchObject({ accepted: 2, pending: 4 });
  });

  test("though it comes back to memory while ids are read, and leaves it again", async () => {
    const { hold, begun, wrap, go, goOn } = slow();
    const started = await startWith(3, {}, wrap);
    const { client, clock, intercom, receipts, endElsewhere } = started;
    const outcomes = watch(receipts);
    await passTime(clock, 95_000, 1000); // Most of their wait.
    await endElsewhere([1], ACCEPTED);
    hold();
    await passTime(clock, 10_000, 500);
    expect(begun()).toBe(1);
    await untilOpen(started, 2);
    await go(2); // They are in memory just now.
    for (const request of intercom.open()) later(request);
    await passTime(clock, 200, 10);
    await goOn();
    expect(outcomes).toEqual([undefined, ELSEWHERE, undefined]);
    expect(client.stats()).toMatchObject({ accepted: 1, pending: 2 });
  });

  test("though it is in memory when receipts are looked through, and leaves that before they are told", async () => {
    const { hold, begun, wrap, go, goOn } = slow();
    const started = await startWith(2, {}, wrap);
    const { client, clock, intercom, receipts, endElsewhere } = started;
    const outcomes = watch(receipts);
    await untilOpen(started, 2);
    later(intercom.open()[0] as SentRequest);
    const gone = client.track(anotherEvent());
    await passTime(clock, 200, 10);
    later(intercom.open()[1] as SentRequest);
    await passTime(clock, 200, 10);
    await endElsewhere([0], ACCEPTED);
    hold();
    await passTime(clock, 10_000, 500);
    expect(begun()).toBe(1);
    await go(3); // All that there are, so that one is missing.
    expect(begun()).toBe(2);
    await go(1); // It is in memory just now.
    later(intercom.open()[0] as SentRequest);
    await passTime(clock, 200, 10);
    await goOn();
    expect(outcomes).toEqual([ELSEWHERE, undefined]);
    await passTime(clock, 11_000, 100);
    expect(outcomes).toEqual([ELSEWHERE, undefined]);
    expect(client.stats()).toMatchObject({ accepted: 1, pending: 2 });
    void gone;
  });

  test("though it ends here while ids are read, and is counted once", async () => {
    const { hold, begun, wrap, go, goOn } = slow();
    const started = await startWith(3, {}, wrap);
    const { client, clock, intercom, receipts, endElsewhere } = started;
    const outcomes = watch(receipts);
    await passTime(clock, 95_000, 1000); // Most of their wait.
    await endElsewhere([2], EXPIRED);
    hold();
    await passTime(clock, 10_000, 500);
    await untilOpen(started, 2);
    await go(1);
    for (const request of intercom.open()) request.reply(202);
    await passTime(clock, 200, 10);
    expect(begun()).toBe(1);
    await goOn();
    await passTime(clock, 70_000, 500); // That took so long that it is a while until the next time.
    expect(outcomes.map((outcome) => outcome?.status)).toEqual(["accepted", "accepted", "dropped"]);
    expect(client.stats()).toMatchObject({ tracked: 3, accepted: 2, dropped: 1, pending: 0 });
  });

  test("though the client is closed while ids are read, of which nothing is said", async () => {
    const { hold, begun, wrap, go } = slow();
    const { client, clock, warnings, endElsewhere } = await startWith(3, {}, wrap);
    await endElsewhere([0], ACCEPTED);
    hold();
    await passTime(clock, 10_000, 100);
    expect(begun()).toBe(1);
    expect(await client.close({ timeout: 0 })).toEqual({ pending: 3, dropped: 0 });
    await go(20);
    await passTime(clock, 60_000, 1000);
    expect(client.stats()).toMatchObject({ accepted: 0, pending: 3 });
    expect(warnings).toEqual([]);
    expect(clock.timers()).toBe(0);
  });
});

describe("an outbox that is asked for its ids", () => {
  test("is asked once in ten seconds at most while nobody waits, and never when nothing is left in it", async () => {
    let asked = 0;
    const { client, clock, intercom, receipts, endElsewhere } = await startWith(2, {}, (outbox) => ({
      ...outbox,
      ids() {
        asked += 1;
        return outbox.ids?.() as AsyncIterable<string>;
      },
    }));
    const outcomes = watch(receipts);
    const asksIn = async (milliseconds: number): Promise<number> => {
      asked = 0;
      await passTime(clock, milliseconds, 100);
      return asked;
    };
    expect(await asksIn(60_000)).toBeLessThan(7);
    void client.flush({ timeout: 10_000 });
    expect(await asksIn(10_000)).toBeGreaterThan(7);
    expect(await asksIn(40_000)).toBeLessThan(5);
    await endElsewhere([0, 1], ACCEPTED);
    await client.flush();
    expect(outcomes).toEqual([ELSEWHERE, ELSEWHERE]);
    void client.flush();
    expect(await asksIn(60_000)).toBe(0);
    client.track(EVENT);
    await passTime(clock, 100, 10);
    for (const request of intercom.open()) later(request);
    expect(await asksIn(60_000)).toBeLessThan(7);
    expect(client.stats().pending).toBe(1);
  });

  test("and fails has that said once, and is asked again", async () => {
    let isBroken = true;
    const { clock, receipts, warnings, endElsewhere } = await startWith(2, {}, (outbox) => ({
      ...outbox,
      async *ids() {
        for await (const id of outbox.ids?.() ?? []) {
          yield id;
          if (isBroken) throw new OutboxError("failed", "Cannot read ids: disk I/O error");
        }
      },
    }));
    const outcomes = watch(receipts);
    await endElsewhere([0, 1], ACCEPTED);
    await passTime(clock, 60_000, 100);
    expect(outcomes).toEqual([undefined, undefined]);
    expect(warnings).toEqual([
      expect.stringContaining(
        "The outbox cannot tell which events it holds: Cannot read ids: disk I/O error",
      ),
    ]);
    isBroken = false;
    await passTime(clock, 11_000, 100);
    expect(outcomes).toEqual([ELSEWHERE, ELSEWHERE]);
  });
});

/** The ids another outbox tells of a store, but theirs. */
async function idsOf(outbox: Outbox): Promise<string[]> {
  const ids = [];
  for await (const id of outbox.ids?.() ?? []) if (id !== "zzz-theirs") ids.push(id);
  return ids;
}
