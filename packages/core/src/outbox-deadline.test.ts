import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { fakeClock } from "../tests/fake-clock.ts";
import { passTime } from "../tests/pass-time.ts";
import { runs } from "../tests/simulation.ts";
import { anotherEvent, EVENT, startClient, turn, unaccounted } from "../tests/start-client.ts";
import {
  type CloseReport,
  createMemoryStore,
  type MemoryStore,
  memoryOutbox,
  type Outbox,
  type Outcome,
} from "./index.ts";
import { createOutboxDeadline } from "./outbox-deadline.ts";

/** The verbs that a client waits for. */
const VERBS = ["append", "lease", "renew", "update", "settle", "counts", "close"] as const;
type Verb = (typeof VERBS)[number];

const UNANSWERED =
  "The outbox cannot be used: it did not answer within 15 seconds when the client was closed";

/** An outbox that asks before each call when to answer: at once, after some time, or never. */
function delayedOutbox(store: MemoryStore, wait: (verb: Verb) => Promise<void> | undefined): Outbox {
  const outbox = memoryOutbox({ store });
  const delayed = <Name extends Verb>(verb: Name): Outbox[Name] =>
    (async (...args: never[]) => {
      await wait(verb);
      return (outbox[verb] as (...args: never[]) => Promise<unknown>)(...args);
    }) as unknown as Outbox[Name];
  return { ...outbox, ...Object.fromEntries(VERBS.map((verb) => [verb, delayed(verb)])) };
}

const never = (): Promise<void> => new Promise(() => undefined);

/** A client whose outbox no longer answers one verb once it is told so. */
function startHanging(verb: Verb) {
  const store = createMemoryStore();
  let hangs = false;
  const outbox = delayedOutbox(store, (called) => (hangs && called === verb ? never() : undefined));
  function hang(): void {
    hangs = true;
  }
  function unhang(): void {
    hangs = false;
  }
  return { ...startClient({ outbox, retry: { attempts: 3 } }), store, hang, unhang };
}

/** The same, which has an end and a failure to write, and an event to keep. */
async function startHangingAtWork(verb: Verb) {
  const started = startHanging(verb);
  const { client, clock, intercom, hang } = started;
  await turn();
  client.track(EVENT);
  client.track(anotherEvent());
  await passTime(clock, 1);
  hang();
  intercom.sent[0]?.reply(202);
  intercom.sent[1]?.reply(503);
  client.track(anotherEvent());
  return started;
}

/** A clock's `keepAlive`, and how many keep the process alive. */
function countedKeepAlive() {
  let count = 0;
  function keepAlive() {
    count += 1;
    return () => {
      count -= 1;
    };
  }
  return { keepAlive, alive: () => count };
}

/** What a promise is fulfilled with, as far as it is. */
function watched<T>(promise: PromiseLike<T>): { value?: T } {
  const seen: { value?: T } = {};
  promise.then((value) => {
    seen.value = value;
  });
  return seen;
}

describe("an outbox that does not answer", () => {
  test.each(VERBS)("does not hold up closing for ever: %s", async (verb) => {
    const { client, clock, warnings } = await startHangingAtWork(verb);
    await passTime(clock, 10_000);
    const report = watched(client.close({ timeout: 0 }));
    await passTime(clock, 7999);
    // Those two are not waited for.
    if (verb !== "counts" && verb !== "renew") expect(report.value).toBeUndefined();
    await passTime(clock, 7001, 1);
    expect(report.value).toBeDefined();
    expect(unaccounted(client.stats())).toBe(0);
    expect(warnings.filter((warning) => warning.includes(UNANSWERED)).length).toBeLessThanOrEqual(1);
  });

  test("ends what it has not kept as not stored, and says why", async () => {
    const { client, clock, intercom, hang, warnings } = startHanging("append");
    await turn();
    hang();
    const receipt = client.track(EVENT);
    const outcome = watched(receipt);
    const isStored = watched(receipt.stored);
    const report = watched(client.close({ timeout: 0 }));
    await passTime(clock, 15_000);
    expect(report.value).toEqual({ pending: 0, dropped: 1 });
    expect(outcome.value).toEqual({ status: "dropped", reason: "not_stored" });
    expect(isStored.value).toBe(false);
    expect(warnings[1]).toContain(UNANSWERED);
    expect(intercom.sent).toEqual([]);
  });

  test("leaves what it has kept to the next client", async () => {
    const { client, clock, store, hang } = startHanging("update");
    await turn();
    const outcome = watched(client.track(EVENT));
    await passTime(clock, 1);
    hang();
    const report = watched(client.close({ timeout: 0 }));
    await passTime(clock, 15_000);
    expect(report.value).toEqual({ pending: 1, dropped: 0 });
    expect(outcome).toEqual({});
    expect(store.events.size).toBe(1);
  });

  test("is not called again once it has not answered when it was closed, but to be closed", async () => {
    const calls: Verb[] = [];
    let hangs = false;
    const outbox = delayedOutbox(createMemoryStore(), (verb) => {
      if (hangs) calls.push(verb);
      return hangs ? never() : undefined;
    });
    const { client, clock } = startClient({ outbox });
    await turn();
    hangs = true;
    client.track(EVENT);
    const report = watched(client.close({ timeout: 0 }));
    await passTime(clock, 15_000);
    expect(report.value).toEqual({ pending: 0, dropped: 1 });
    expect(calls).toEqual(["append", "close"]);
  });
});

describe("an answer that is lost", () => {
  /** A client of which one call of an outbox, the first from now on, is never answered. */
  function startLosing(verb: Verb) {
    let left = 0;
    const store = createMemoryStore();
    const outbox = delayedOutbox(store, (called) => (called === verb && left-- === 1 ? never() : undefined));
    const started = startClient({ outbox, retry: { attempts: 3 } }, (request) => request.reply(202));
    function loseNext(): void {
      left = 1;
    }
    return { ...started, store, loseNext };
  }

  test.each(["lease", "renew", "update", "settle"] as const)(
    "holds up a client for a minute, and no event is lost: %s",
    async (verb) => {
      const { client, clock, loseNext } = startLosing(verb);
      await turn();
      loseNext();
      for (let second = 0; second < 150; second += 1) {
        client.track(anotherEvent());
        await passTime(clock, 1000, 100);
      }
      expect(client.stats()).toMatchObject({ tracked: 150, accepted: 150, pending: 0 });
    },
  );

  test.each(["ids", "deadLetters"] as const)(
    "has the ends that another process has written noticed two minutes later: %s",
    async (verb) => {
      const store = createMemoryStore();
      const { ids, ...inner } = memoryOutbox({ store });
      const lists = { ids: ids as NonNullable<typeof ids>, deadLetters: inner.deadLetters };
      let wasAsked = false;
      async function* losing(): AsyncGenerator<never> {
        const isFirst = !wasAsked;
        wasAsked = true;
        if (isFirst) await never();
        yield* lists[verb]() as AsyncIterable<never>;
      }
      const { client, clock, warnings } = startClient({
        queue: { maxEvents: 2 },
        outbox: { ...inner, ...lists, [verb]: losing },
      });
      await turn();
      const receipts = [anotherEvent(), anotherEvent()].map(client.track);
      await passTime(clock, 100, 10);
      const other = memoryOutbox({ store });
      const now = clock.now();
      const [left] = await other.lease({ limit: 1, now, until: now + 30_000 });
      await other.settle([{ id: left?.id ?? "", outcome: { status: "accepted", attempts: 1 } }], now);
      const flushed = watched(client.flush());
      const outcome = watched(receipts[1] as PromiseLike<Outcome>);
      await passTime(clock, 59_000, 1000);
      expect(wasAsked).toBe(true);
      expect(outcome.value).toBeUndefined();
      await passTime(clock, 65_000, 1000); // It rests for as long as it took.
      expect(outcome.value).toEqual({ status: "accepted", attempts: 0 });
      expect(flushed.value).toEqual({ pending: 0 });
      expect(warnings).toContain(
        "intercom-events: The outbox cannot tell which events it holds: it did not answer in time.",
      );
      await client.close();
      await turn();
      expect(clock.timers()).toBe(0);
    },
  );

  test("has the events of that call end as not stored, and the others go on", async () => {
    const { client, clock, loseNext, warnings } = startLosing("append");
    await turn();
    loseNext();
    client.track(EVENT);
    await passTime(clock, 1000, 100);
    client.track(anotherEvent());
    await passTime(clock, 58_999, 1000);
    expect(client.stats()).toMatchObject({ accepted: 0, pending: 2 });
    await passTime(clock, 2000, 100);
    expect(client.stats()).toMatchObject({ accepted: 1, droppedByReason: { not_stored: 1 }, pending: 0 });
    expect(warnings).toEqual([
      "intercom-events: The outbox has not answered for 10 seconds; events wait for it.",
      "intercom-events: The outbox cannot keep events: it did not answer in time.",
      expect.stringContaining("An event was dropped: the outbox did not take it"),
    ]);
  });

  test("is not taken for late where the process was frozen before it could come", async () => {
    const { client, clock, loseNext, warnings } = startLosing("append");
    await turn();
    loseNext();
    client.track(EVENT);
    await passTime(clock, 3000);
    clock.freeze(3_600_000);
    await passTime(clock, 4999);
    expect(warnings).toEqual([]);
    await passTime(clock, 1);
    expect(warnings).toEqual([expect.stringContaining("The outbox has not answered for 10 seconds")]);
  });

  test("has nothing left to wait for once there is an answer", async () => {
    const { client, clock, warnings } = startLosing("counts");
    await turn();
    const before = clock.timers();
    client.track(EVENT);
    await passTime(clock, 5000, 100);
    expect(client.stats().accepted).toBe(1);
    expect(clock.timers()).toBe(before);
    expect(warnings).toEqual([]);
  });

  test("of one call lets no process end while another writes", async () => {
    const clock = fakeClock();
    const { keepAlive, alive } = countedKeepAlive();
    const outbox = delayedOutbox(createMemoryStore(), (verb) => {
      if (verb === "renew") return never();
      return verb === "append" ? new Promise((resolve) => clock.after(3000, resolve)) : undefined;
    });
    const { client, warnings } = startClient({ outbox, clock: { ...clock, keepAlive } });
    await turn();
    client.track(EVENT);
    await passTime(clock, 18_500, 100); // It is in memory, and renewed after ten seconds.
    client.track(anotherEvent());
    await passTime(clock, 2500, 100);
    expect(warnings).toHaveLength(1);
    expect(alive()).toBe(1);
    await passTime(clock, 1000, 100);
    expect(alive()).toBe(0);
  });

  test("of a call that was there before keeps no process alive for more than twenty seconds", async () => {
    const clock = fakeClock();
    const { keepAlive, alive } = countedKeepAlive();
    const outbox = delayedOutbox(createMemoryStore(), (verb) => (verb === "lease" ? never() : undefined));
    const { client, warnings } = startClient({
      outbox,
      queue: { maxEvents: 2 },
      clock: { ...clock, keepAlive },
    });
    await passTime(clock, 1000);
    client.track(EVENT);
    client.track(anotherEvent()); // It is in the outbox alone, and looked for.
    await passTime(clock, 1);
    expect(alive()).toBe(1);
    await passTime(clock, 19_000, 1000);
    expect(alive()).toBe(0);
    expect(warnings).toHaveLength(1);
  });

  test("keeps no process alive for more than ten seconds", async () => {
    const store = createMemoryStore();
    const clock = fakeClock();
    const { keepAlive, alive } = countedKeepAlive();
    const outbox = delayedOutbox(store, (verb) => (verb === "append" ? never() : undefined));
    const { client } = startClient({ outbox, clock: { ...clock, keepAlive } });
    await turn();
    client.track(EVENT);
    await passTime(clock, 1);
    await passTime(clock, 9999);
    expect(alive()).toBe(1);
    await passTime(clock, 1);
    expect(alive()).toBe(0);
    await passTime(clock, 120_000, 1000);
    expect(alive()).toBe(0);
  });
});

test("an outbox that answers late when it is closed changes nothing any more", async () => {
  const store = createMemoryStore();
  const open: (() => void)[] = [];
  const outbox = delayedOutbox(store, () => new Promise((resolve) => open.push(() => resolve())));
  const { client, clock, intercom, warnings } = startClient({ outbox });
  const receipt = client.track(EVENT);
  const report = watched(client.close({ timeout: 0 }));
  await passTime(clock, 15_000);
  const { rate, ...stats } = client.stats();
  const told = [...warnings];
  for (let next = open.shift(); next; next = open.shift()) {
    next();
    await turn();
  }
  await passTime(clock, 60_000, 1000);
  expect(report.value).toEqual({ pending: 0, dropped: 1 });
  expect(await receipt).toEqual({ status: "dropped", reason: "not_stored" });
  expect(client.stats()).toMatchObject(stats);
  expect(warnings).toEqual(told);
  expect(intercom.sent).toEqual([]);
});

test("all calls have fifteen seconds together when a client is closed", async () => {
  const store = createMemoryStore();
  let delay = 0;
  const outbox = delayedOutbox(store, () => new Promise((resolve) => clock.after(delay, resolve)));
  const { client, clock } = startClient({ outbox });
  await passTime(clock, 1);
  delay = 8000;
  const stored = watched(client.track(EVENT).stored);
  const report = watched(client.close({ timeout: 0 }));
  await passTime(clock, 14_999, 1000);
  expect(stored.value).toBe(true);
  expect(report.value).toBeUndefined();
  await passTime(clock, 1);
  expect(report.value).toEqual({ pending: 1, dropped: 0 });
});

test.each(["update", "append", "lease", "settle"] as const)(
  "what is tracked after one answer was lost is kept all the same when the client is closed soon: %s",
  async (verb) => {
    const { client, clock, store, unhang } = await startHangingAtWork(verb);
    await passTime(clock, 100, 10);
    unhang();
    for (let events = 0; events < 2500; events += 1) client.track(anotherEvent());
    const report = watched(client.close({ timeout: 0 }));
    await passTime(clock, 15_000, 100);
    const dropped = verb === "append" ? 1 : 0;
    expect(report.value).toEqual({ pending: 2502 - dropped, dropped });
    expect(store.events.size).toBeGreaterThanOrEqual(2502 - dropped);
  },
);

test("a slow outbox keeps at closing what it can keep in fifteen seconds", async () => {
  const store = createMemoryStore();
  const outbox = memoryOutbox({ store });
  const { client, clock } = startClient({
    outbox: {
      ...outbox,
      async append(records, leaseUntil) {
        await new Promise<void>((resolve) => clock.after(records.length, resolve));
        return outbox.append(records, leaseUntil);
      },
    },
  });
  await turn();
  for (let events = 0; events < 20_000; events += 1) client.track(anotherEvent());
  const report = watched(client.close({ timeout: 0 }));
  await passTime(clock, 16_000, 10);
  const kept = report.value?.pending ?? 0;
  expect(kept).toBeGreaterThan(13_000);
  expect([0, 1000]).toContain(store.events.size - kept); // What was being written when the time was up.
  expect(unaccounted(client.stats())).toBe(0);
});

test("nothing is left to wait for once a client is closed", async () => {
  const { client, clock } = startClient({ outbox: memoryOutbox() });
  client.track(EVENT);
  await passTime(clock, 1000);
  await client.close({ timeout: 0 });
  await turn();
  expect(clock.timers()).toBe(0);
});

test("a call that is not waited for at closing leaves nothing to wait for, and says nothing", async () => {
  const outbox = delayedOutbox(createMemoryStore(), (verb) => (verb === "renew" ? never() : undefined));
  const { client, clock, warnings } = startClient({ outbox });
  client.track(EVENT);
  await passTime(clock, 10_500, 500); // It is renewed each ten seconds.
  expect(await client.close({ timeout: 0 })).toEqual({ pending: 1, dropped: 0 });
  await turn();
  expect(clock.timers()).toBe(0);
  await passTime(clock, 120_000, 1000);
  expect(warnings).toEqual([]);
});

async function* none(): AsyncGenerator<never> {}

test.each(["ids", "deadLetters"] as const)(
  "%s that come once a client is closed change nothing",
  async (verb) => {
    const store = createMemoryStore();
    const { ids, ...inner } = memoryOutbox({ store });
    let goOn = (): void => undefined;
    const gone = (async function* () {
      await new Promise<void>((resolve) => {
        goOn = resolve;
      });
    })();
    const { client, clock } = startClient({
      queue: { maxEvents: 2 },
      outbox: { ...inner, ids: none, deadLetters: none, [verb]: () => gone },
    });
    await turn();
    const receipts = [anotherEvent(), anotherEvent()].map(client.track);
    const outcome = watched(receipts[1] as PromiseLike<Outcome>);
    await passTime(clock, 11_000, 500);
    expect(await client.close({ timeout: 0 })).toEqual({ pending: 2, dropped: 0 });
    goOn();
    await passTime(clock, 60_000, 1000);
    expect(outcome).toEqual({});
    expect(client.stats()).toMatchObject({ accepted: 0, pending: 2 });
  },
);

test("a list of many is read to its end, and let go of when nobody reads on", async () => {
  const inner = memoryOutbox();
  let isOpen = false;
  async function* ids(): AsyncGenerator<string> {
    isOpen = true;
    try {
      for (let id = 0; id < 1000; id += 1) yield `${id}`;
    } finally {
      isOpen = false;
    }
  }
  const { outbox } = createOutboxDeadline({ ...inner, ids }, fakeClock(), () => undefined);
  expect(await idsOf(outbox)).toEqual(Array.from({ length: 1000 }, (_, id) => `${id}`));
  for await (const _ of outbox.ids?.() ?? []) {
    expect(isOpen).toBe(true);
    break;
  }
  await turn();
  expect(isOpen).toBe(false);
});

test("a list may take any time, as long as more of it comes", async () => {
  const clock = fakeClock();
  async function* ids(): AsyncGenerator<string> {
    for (let id = 0; id < 10; id += 1) {
      await new Promise<void>((resolve) => void clock.after(9_000, resolve));
      yield `${id}`;
    }
  }
  let isQuiet = false;
  const { outbox } = createOutboxDeadline({ ...memoryOutbox(), ids }, clock, () => {
    isQuiet = true;
  });
  const found = idsOf(outbox);
  await passTime(clock, 90_000, 1000);
  expect(await found).toHaveLength(10);
  expect(isQuiet).toBe(false);
  expect(clock.timers()).toBe(0);
});

test("nothing is listed any more once closing is over", async () => {
  let lists = 0;
  async function* list(): AsyncGenerator<never> {
    lists += 1;
    yield* [];
  }
  const inner = { ...memoryOutbox({ store: createMemoryStore() }), ids: list, deadLetters: list };
  const { outbox, startClosing } = createOutboxDeadline(inner, fakeClock(), () => undefined);
  const letters = outbox.deadLetters(); // As when the ids before them were all read just now.
  startClosing()();
  await expect(letters[Symbol.asyncIterator]().next()).rejects.toThrow("when the client was closed");
  await expect(idsOf(outbox)).rejects.toThrow("when the client was closed");
  expect(lists).toBe(0);
});

async function idsOf(outbox: Outbox): Promise<string[]> {
  const found: string[] = [];
  for await (const id of outbox.ids?.() ?? []) found.push(id);
  return found;
}

describe("outboxes that are made in other ways", () => {
  const inner = memoryOutbox({ store: createMemoryStore() });
  const clock = fakeClock();

  test("may be objects of a class", async () => {
    class ClassOutbox {
      readonly inner = inner;
      counts() {
        return this.inner.counts();
      }
      async *ids() {
        yield* this.inner.ids?.() ?? [];
        yield "1";
      }
    }
    const { outbox } = createOutboxDeadline(new ClassOutbox() as unknown as Outbox, clock, () => undefined);
    expect(await outbox.counts()).toEqual({ events: 0, bytes: 0, deadLetters: 0 });
    expect(await idsOf(outbox)).toEqual(["1"]);
  });

  test("may have no ids, answer no promise, and throw", async () => {
    const { ids, ...others } = inner;
    const lease = () => [];
    const append = () => {
      throw new Error("disk");
    };
    const { outbox } = createOutboxDeadline(
      { ...others, lease, append } as unknown as Outbox,
      clock,
      () => undefined,
    );
    expect("ids" in outbox).toBe(false);
    expect(await outbox.lease({ limit: 1, now: 0, until: 1 })).toEqual([]);
    await expect(outbox.append([])).rejects.toThrow("disk");
  });
});

test("closing comes to an end whatever an outbox does not answer, and all events are in the counts", async () => {
  const step = fc.constantFrom("track", "reply", "fail", "pass");
  await fc.assert(
    fc.asyncProperty(
      fc.array(step, { maxLength: 12 }),
      fc.array(fc.constantFrom("at once", "slowly", "never"), { minLength: 1, maxLength: 12 }),
      fc.nat({ max: 40_000 }),
      async (steps, answers, timeout) => {
        const store = createMemoryStore();
        let calls = 0;
        const outbox = delayedOutbox(store, () => {
          const answer = answers[calls++ % answers.length];
          if (answer === "never") return never();
          return answer === "slowly" ? new Promise((resolve) => clock.after(3000, resolve)) : undefined;
        });
        const { client, clock, intercom } = startClient({ outbox, retry: { attempts: 3 } });
        const outcomes: { value?: Outcome }[] = [];
        for (const step of steps) {
          if (step === "track") outcomes.push(watched(client.track(anotherEvent())));
          else if (step === "pass") await passTime(clock, 20_000, 1000);
          else intercom.open()[0]?.reply(step === "reply" ? 202 : 503);
          await turn();
        }
        const report: { value?: CloseReport } = watched(client.close({ timeout }));
        await passTime(clock, timeout + 120_000, 1000);
        expect(report.value).toBeDefined();
        expect(unaccounted(client.stats())).toBe(0);
        const open = outcomes.filter(({ value }) => value === undefined);
        expect(open.length).toBe(report.value?.pending);
        expect(store.events.size).toBeGreaterThanOrEqual(open.length);
      },
    ),
    runs(200),
  );
});
