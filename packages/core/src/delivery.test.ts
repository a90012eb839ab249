import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { passTime } from "../tests/pass-time.ts";
import { runs } from "../tests/simulation.ts";
import { EVENT, startClient, turn, unaccounted } from "../tests/start-client.ts";
import type { Outcome } from "./index.ts";

const DROPPED = { status: "dropped", reason: "closed" };

/** The names sent so far, in order. */
function namesOf(sent: readonly { body?: string }[]): string[] {
  return sent.map(({ body }) => JSON.parse(body ?? "").event_name);
}

describe("sending", () => {
  test("keeps the order of tracking, so many at a time", async () => {
    const { client, intercom } = startClient({ concurrency: 3 });
    const names = Array.from({ length: 10 }, (_, index) => `event-${index}`);
    for (const eventName of names) client.track({ ...EVENT, eventName });
    await turn();
    expect(namesOf(intercom.sent)).toEqual(names.slice(0, 3));
    intercom.sent[1]?.reply(202);
    await turn();
    expect(namesOf(intercom.sent)).toEqual(names.slice(0, 4));
    expect(client.stats()).toMatchObject({ inFlight: 3, pending: 9 });
    while (intercom.open().length > 0) {
      intercom.open()[0]?.reply(500);
      await turn();
      expect(client.stats().inFlight).toBeLessThanOrEqual(3);
    }
    expect(namesOf(intercom.sent)).toEqual(names);
  });

  test("one at a time with a concurrency of 1", async () => {
    const { client, intercom } = startClient({ concurrency: 1 });
    for (let index = 0; index < 3; index += 1) client.track(EVENT);
    for (let index = 1; index <= 3; index += 1) {
      await turn();
      expect(intercom.sent).toHaveLength(index);
      intercom.sent[index - 1]?.fail();
    }
    expect(await client.flush()).toEqual({ pending: 0 });
  });

  test("fewer at a time while Intercom does not cope, and as many as before once it does", async () => {
    const { client, intercom } = startClient({ concurrency: 4 });
    for (let index = 0; index < 50; index += 1) client.track({ ...EVENT, eventName: `event-${index}` });
    await turn();
    intercom.open()[0]?.reply(503); // One is no sign yet.
    await turn();
    expect(client.stats().inFlight).toBe(4);
    for (let rounds = 0; rounds < 4; rounds += 1) {
      for (const request of intercom.open()) request.reply(503);
      await turn();
    }
    expect(client.stats().inFlight).toBe(1);
    for (let rounds = 0; rounds < 5; rounds += 1) {
      for (const request of intercom.open()) request.reply(202);
      await turn();
    }
    expect(client.stats().inFlight).toBe(4);
  });

  test("one a second in an outage, and all that wait once something gets through", async () => {
    const { client, intercom, clock } = startClient({ retry: {} });
    for (let index = 0; index < 1000; index += 1) client.track({ ...EVENT, eventName: `event-${index}` });
    /** Answers after 20 ms each, and returns how many there were. */
    async function answer(status: number, seconds: number): Promise<number> {
      const before = intercom.sent.length;
      for (let left = seconds * 50; left > 0; left -= 1) {
        await passTime(clock, 20);
        for (const request of intercom.open()) request.reply(status);
      }
      return intercom.sent.length - before;
    }
    expect(await answer(503, 30)).toBeLessThan(150);
    expect(await answer(503, 30)).toBeOneOf([29, 30]);
    await answer(202, 10);
    expect(client.stats().accepted).toBeGreaterThan(900);
  });

  test("others while many get a 500, which may be the fault of each", async () => {
    const { client, intercom, clock } = startClient({ retry: {} });
    for (let index = 0; index < 200; index += 1) client.track({ ...EVENT, eventName: `bad-${index}` });
    client.track({ ...EVENT, eventName: "good" });
    for (let left = 500; left > 0; left -= 1) {
      await passTime(clock, 20);
      for (const request of intercom.open()) request.reply(request.body?.includes("good") ? 202 : 500);
    }
    expect(client.stats().accepted).toBe(1);
  });

  test("the oldest of those that wait makes way, also where a later one has to wait longer", async () => {
    const { client, intercom, clock } = startClient({
      concurrency: 1,
      queue: { maxEvents: 3, policy: "drop_oldest" },
      retry: { attempts: 10, baseDelay: 1000 },
    });
    const trackedAt = clock.now();
    let first: Outcome | undefined;
    void client.track({ ...EVENT, eventName: "a" }).then((outcome) => {
      first = outcome;
    });
    await turn();
    intercom.sent[0]?.reply(503);
    await turn();
    clock.advance(200);
    client.track({ ...EVENT, eventName: "b" });
    await turn();
    intercom.sent[1]?.reply(503);
    client.track({ ...EVENT, eventName: "c" });
    await turn();
    clock.advance(400); // The first may be sent again by now, but has no turn yet.
    await turn();
    expect(namesOf(intercom.sent)).toEqual(["a", "b", "c"]);
    expect(client.stats().oldestAge).toBe(clock.now() - trackedAt);
    client.track({ ...EVENT, eventName: "d" });
    await turn();
    expect(first).toEqual({ status: "dropped", reason: "queue_full" });
  });

  test("each event is sent once", async () => {
    const { client, intercom, clock } = startClient({ timeout: 50 }, (request) => {
      if (intercom.sent.length % 3 === 0) request.reply(500);
      if (intercom.sent.length % 3 === 1) request.fail();
    });
    for (let index = 0; index < 9; index += 1) client.track({ ...EVENT, eventName: `event-${index}` });
    await turn();
    clock.advance(50);
    await client.flush();
    clock.advance(1_000_000);
    await turn();
    expect(new Set(namesOf(intercom.sent)).size).toBe(9);
    expect(intercom.sent).toHaveLength(9);
  });
});

describe("flush", () => {
  test("waits for what was tracked before, and for nothing else", async () => {
    const { client, intercom } = startClient({ concurrency: 1 });
    client.track(EVENT);
    client.track(EVENT);
    let done: unknown;
    const flushed = client.flush().then((report) => {
      done = report;
    });
    client.track(EVENT);
    await turn();
    intercom.sent[0]?.reply(202);
    await turn();
    expect(done).toBe(undefined);
    intercom.sent[1]?.reply(500);
    await flushed;
    expect(done).toEqual({ pending: 1 });
  });

  test("of nothing is done at once", async () => {
    const { client, clock } = startClient();
    expect(await client.flush()).toEqual({ pending: 0 });
    expect(await client.flush({})).toEqual({ pending: 0 });
    expect(await client.flush({ timeout: undefined })).toEqual({ pending: 0 });
    expect(await client.flush({ timeout: 5_000 })).toEqual({ pending: 0 });
    expect(clock.timers()).toBe(0);
  });

  test("gives up when the time is up, while the events go on", async () => {
    const { client, intercom, clock } = startClient();
    const receipt = client.track(EVENT);
    await turn();
    const flushed = client.flush({ timeout: 100 });
    clock.advance(99);
    await turn();
    clock.advance(1);
    expect(await flushed).toEqual({ pending: 1 });
    expect(intercom.sent[0]?.signal.aborted).toBe(false);
    intercom.sent[0]?.reply(202);
    expect((await receipt).status).toBe("accepted");
  });

  test("leaves no timer behind when it is done before its time", async () => {
    const { client, intercom, clock } = startClient();
    client.track(EVENT);
    const flushed = client.flush({ timeout: 100 });
    await turn();
    intercom.sent[0]?.reply(202);
    expect(await flushed).toEqual({ pending: 0 });
    expect(clock.timers()).toBe(0);
  });

  test.each([Number.POSITIVE_INFINITY, 1e12])("may be given %o milliseconds", async (timeout) => {
    const delays: number[] = [];
    const { clock } = startClient();
    const { client, intercom } = startClient({
      clock: {
        now: clock.now,
        after: (milliseconds, callback) => {
          delays.push(milliseconds);
          return clock.after(milliseconds, callback);
        },
      },
    });
    client.track(EVENT);
    const flushed = client.flush({ timeout });
    await turn();
    intercom.sent[0]?.reply(202);
    expect(await flushed).toEqual({ pending: 0 });
    // Timers of the machine take more than 2^31 - 1 for 1.
    expect(Math.max(...delays)).toBeLessThanOrEqual(2_147_483_647);
  });

  test.each([-1, Number.NaN, "5s", null, {}])("refuses %o milliseconds", async (timeout) => {
    const { client } = startClient();
    await expect(client.flush({ timeout: timeout as never })).rejects.toThrow(
      /^Cannot wait: "timeout" must be milliseconds, got /,
    );
  });

  test("refuses an option that it does not know, but not what an event hands to its listener", async () => {
    const { client } = startClient();
    const message = 'Cannot wait: "timeoutMs" must be one of timeout, got an unknown option';
    await expect(client.flush({ timeoutMs: 5000 } as never)).rejects.toThrow(message);
    await expect(client.close({ timeoutMs: 5000 } as never)).rejects.toThrow(message);
    const given = Object.assign(new Event("end"), { reason: "done" });
    expect(await client.flush(given as never)).toEqual({ pending: 0 });
  });

  test("refuses a number in place of its options, and waits without others", async () => {
    const { client } = startClient();
    await expect(client.flush(5000 as never)).rejects.toThrow(
      "Cannot wait: the options must be an object such as { timeout: 5000 }, got a number",
    );
    for (const other of [null, "SIGTERM"]) expect(await client.flush(other as never)).toEqual({ pending: 0 });
  });
});

/** Something to release, and how often that happened. */
function countedRelease() {
  const counted = {
    count: 0,
    release: () => {
      counted.count += 1;
    },
  };
  return counted;
}

describe("close", () => {
  test("waits for what there is and takes no more", async () => {
    const { client, intercom } = startClient({ concurrency: 1 });
    const receipts = [client.track(EVENT), client.track(EVENT)];
    const closed = client.close();
    const late = client.track(EVENT);
    expect(await late).toEqual(DROPPED);
    expect(await late.stored).toBe(false);
    await turn();
    intercom.sent[0]?.reply(202);
    await turn();
    intercom.sent[1]?.reply(202);
    expect(await closed).toEqual({ pending: 0, dropped: 1 });
    expect((await Promise.all(receipts)).map(({ status }) => status)).toEqual(["accepted", "accepted"]);
    expect(client.stats()).toMatchObject({ tracked: 3, accepted: 2, dropped: 1 });
  });

  test("drops what is left when the time is up, and aborts it", async () => {
    const { client, intercom, clock } = startClient({ concurrency: 2 });
    const receipts = Array.from({ length: 5 }, () => client.track(EVENT));
    await turn();
    const closed = client.close({ timeout: 100 });
    clock.advance(100);
    expect(await closed).toEqual({ pending: 0, dropped: 5 });
    expect(await Promise.all(receipts)).toEqual(Array(5).fill(DROPPED));
    expect(intercom.sent.map(({ signal }) => signal.aborted)).toEqual([true, true]);
    expect(client.stats()).toMatchObject({
      pending: 0,
      inFlight: 0,
      dropped: 5,
      droppedByReason: { closed: 5 },
      rejected: 0,
    });
    expect(clock.timers()).toBe(0);
  });

  test("drops one that waits for an equal one, though that is to be sent again", async () => {
    const { client, intercom, clock } = startClient({ retry: {} }, (request) => request.reply(503));
    const event = { ...EVENT, createdAt: 5 };
    const receipts = [client.track(event), client.track(event)];
    await turn();
    expect(await client.close({ timeout: 0 })).toEqual({ pending: 0, dropped: 2 });
    expect(await Promise.all(receipts)).toEqual([DROPPED, DROPPED]);
    clock.advance(1_000_000);
    await turn();
    expect(intercom.sent).toHaveLength(1);
  });

  test("sends nothing afterwards, whatever comes in", async () => {
    const { client, intercom, clock } = startClient({ concurrency: 1 });
    for (let index = 0; index < 3; index += 1) client.track(EVENT);
    await turn();
    const heard: string[] = [];
    client.on("outcome", ({ outcome }) => heard.push(outcome.status));
    const closed = client.close({ timeout: 0 });
    clock.advance(0);
    await closed;
    intercom.sent[0]?.reply(202);
    client.track(EVENT);
    await turn();
    clock.advance(1_000_000);
    await turn();
    expect(intercom.sent).toHaveLength(1);
    expect(heard).toEqual(["dropped", "dropped", "dropped", "dropped"]);
  });

  test("sends nothing for a token that comes afterwards", async () => {
    let answer: (token: string) => void = () => undefined;
    const { client, intercom, clock } = startClient({
      token: () =>
        new Promise((resolve) => {
          answer = resolve;
        }),
    });
    client.track(EVENT);
    await turn();
    const closed = client.close({ timeout: 0 });
    clock.advance(0);
    expect(await closed).toEqual({ pending: 0, dropped: 1 });
    answer("token");
    await turn();
    expect(intercom.sent).toHaveLength(0);
  });

  test("is done once, whoever asks", async () => {
    const released = countedRelease();
    const { client, intercom } = startClient({ release: released.release });
    client.track(EVENT);
    const first = client.close();
    const second = client.close({ timeout: 0 });
    await turn();
    expect(released.count).toBe(0);
    intercom.sent[0]?.reply(202);
    expect([await first, await second, await client.close()]).toEqual(
      Array(3).fill({ pending: 0, dropped: 0 }),
    );
    expect(released.count).toBe(1);
  });

  test("waits for what the transport holds", async () => {
    let release: () => void = () => undefined;
    const { client } = startClient({
      release: () =>
        new Promise<void>((resolve) => {
          release = resolve;
        }),
    });
    let done = false;
    const closed = client.close().then(() => {
      done = true;
    });
    await turn();
    expect(done).toBe(false);
    release();
    await closed;
  });

  test("reports what was left also when the transport cannot be ended", async () => {
    const warnings: string[] = [];
    const { client } = startClient({
      warn: (message) => warnings.push(message),
      release: () => {
        throw new Error("stuck");
      },
    });
    expect(await client.close()).toEqual({ pending: 0, dropped: 0 });
    expect(warnings).toEqual([expect.stringContaining("The transport could not be ended: stuck")]);
  });

  test("ends an await using block", async () => {
    const released = countedRelease();
    let receipt: Promise<Outcome> | undefined;
    {
      await using client = startClient({ release: released.release }, (request) => request.reply(202)).client;
      receipt = client.track(EVENT);
    }
    expect(released.count).toBe(1);
    expect((await receipt).status).toBe("accepted");
  });

  test.each([-1, Number.NaN, "5s"])("refuses %o milliseconds and stays open", async (timeout) => {
    const released = countedRelease();
    const { client } = startClient({ release: released.release }, (request) => request.reply(202));
    await expect(client.close({ timeout: timeout as never })).rejects.toThrow(
      /^Cannot wait: "timeout" must be milliseconds, got /,
    );
    expect((await client.track(EVENT)).status).toBe("accepted");
    expect(await client.close()).toEqual({ pending: 0, dropped: 0 });
    expect(released.count).toBe(1);
  });
});

const CONCURRENCY = 2;
const MAX_EVENTS = 5;
const TIMEOUT = 100;

const someRequest = fc.nat({ max: 10 });
const step = fc.oneof(
  { weight: 6, arbitrary: fc.record({ do: fc.constant("track" as const), turns: fc.boolean() }) },
  { weight: 1, arbitrary: fc.record({ do: fc.constant("trackInvalid" as const) }) },
  { weight: 4, arbitrary: fc.record({ do: fc.constant("accept" as const), which: someRequest }) },
  { weight: 2, arbitrary: fc.record({ do: fc.constant("refuse" as const), which: someRequest }) },
  { weight: 2, arbitrary: fc.record({ do: fc.constant("reset" as const), which: someRequest }) },
  { weight: 1, arbitrary: fc.record({ do: fc.constant("garbage" as const), which: someRequest }) },
  {
    weight: 2,
    arbitrary: fc.record({ do: fc.constant("advance" as const), by: fc.integer({ min: 0, max: TIMEOUT }) }),
  },
  { weight: 1, arbitrary: fc.record({ do: fc.constant("flush" as const), timeout: fc.nat(TIMEOUT) }) },
);
const script = fc.record({
  before: fc.array(step, { maxLength: 40 }),
  close: fc.option(fc.nat(TIMEOUT)),
  after: fc.array(step, { maxLength: 10 }),
  asyncToken: fc.boolean(),
});

test("every event ends once, in every sequence of events and replies", async () => {
  await fc.assert(
    fc.asyncProperty(script, async ({ before, close, after, asyncToken }) => {
      const ended = new Map<number, Outcome>();
      const heard: Outcome[] = [];
      const taken: string[] = [];
      const violations: string[] = [];
      const released = countedRelease();
      let tracked = 0;
      let isClosed = false;
      const { client, clock, intercom } = startClient(
        {
          concurrency: CONCURRENCY,
          queue: { maxEvents: MAX_EVENTS },
          timeout: TIMEOUT,
          release: released.release,
          ...(asyncToken && { token: async () => "token" }),
        },
        () => {
          look("request");
          if (isClosed) violations.push("a request after close");
        },
      );
      client.on("outcome", ({ outcome }) => {
        heard.push(outcome);
        look("outcome");
      });

      /** It may run where what is thrown is caught, so it takes down what it sees. */
      function look(where: string): void {
        const stats = client.stats();
        const holds =
          unaccounted(stats) === 0 &&
          stats.tracked === tracked &&
          stats.tracked - stats.pending === heard.length &&
          stats.inFlight <= CONCURRENCY &&
          stats.pending <= MAX_EVENTS;
        if (!holds)
          violations.push(`${where}: ${tracked} tracked, ${heard.length} heard, ${JSON.stringify(stats)}`);
      }

      async function check(): Promise<void> {
        look("between");
        await turn();
        look("after a turn");
        expect(violations).toEqual([]);
        expect(ended.size).toBe(heard.length);
        // What was sent is what was taken, in its order.
        const names = namesOf(intercom.sent);
        expect(names).toEqual(taken.slice(0, names.length));
      }

      function track(event: object): void {
        const number = tracked++;
        client.track(event as never).then(
          (outcome) => {
            if (ended.has(number)) violations.push(`${number} ended twice`);
            ended.set(number, outcome);
          },
          () => violations.push(`${number} rejected`),
        );
      }

      const pick = (which: number) => {
        const open = intercom.open();
        return open[which % Math.max(open.length, 1)];
      };

      async function run(steps: readonly (typeof before)[number][]): Promise<void> {
        for (const one of steps) {
          if (one.do === "track") {
            const eventName = `event-${tracked}`;
            const { pending } = client.stats();
            track({ userId: "1", eventName });
            if (client.stats().pending > pending) taken.push(eventName);
          } else if (one.do === "trackInvalid") track({ eventName: "" });
          else if (one.do === "accept") pick(one.which)?.reply(202);
          else if (one.do === "refuse") pick(one.which)?.reply(500);
          else if (one.do === "reset") pick(one.which)?.fail();
          else if (one.do === "garbage") pick(one.which)?.answer(null);
          else if (one.do === "advance") clock.advance(one.by);
          else void client.flush({ timeout: one.timeout });
          if (one.do !== "track" || one.turns) await check();
        }
        await check();
      }

      await run(before);
      const reports = [client.close({ timeout: close ?? TIMEOUT }), client.close()];
      await run(after);
      clock.advance(close ?? TIMEOUT);
      await check();
      isClosed = true;
      const [report, again] = await Promise.all(reports);
      expect(again).toBe(report);
      for (const request of intercom.open()) {
        expect(request.signal.aborted).toBe(true);
        request.reply(202);
      }
      clock.advance(10 * TIMEOUT);
      await check();
      expect(ended.size).toBe(tracked);
      expect(heard).toHaveLength(tracked);
      expect(client.stats()).toMatchObject({ pending: 0, inFlight: 0 });
      expect(clock.timers()).toBe(0);
      expect(released.count).toBe(1);
    }),
    runs(400),
  );
});
