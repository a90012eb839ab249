import { describe, expect, test } from "vitest";
import { fakeClock } from "../tests/fake-clock.ts";
import { passTime } from "../tests/pass-time.ts";
import type { SentRequest } from "../tests/scripted-transport.ts";
import { anotherEvent, EVENT, startClient, TOKEN, turn, unaccounted } from "../tests/start-client.ts";
import { createMemoryStore, memoryOutbox } from "./memory-outbox.ts";

/** Retries as they are without options. */
const BY_DEFAULT = { retry: {} };

describe("an attempt that fails is made again", () => {
  test("with the same bytes, later each time, and ends with the last verdict", async () => {
    const { client, clock, intercom } = startClient({ retry: { attempts: 4 } }, (request) =>
      request.reply(503, "", { "x-request-id": `req-${intercom.sent.length}` }),
    );
    const retries: number[] = [];
    client.on("retry", ({ delay, verdict, event }) => {
      expect(verdict).toMatchObject({ kind: "server_error", status: 503 });
      expect(event).toEqual(JSON.parse(intercom.sent[0]?.body ?? ""));
      retries.push(delay);
    });
    const receipt = client.track({ ...EVENT, metadata: { price: 3 } });
    await passTime(clock, 10_000, 100);
    expect(await receipt).toEqual({
      status: "rejected",
      attempts: 4,
      verdict: { kind: "server_error", status: 503, errors: [], requestId: "req-4" },
    });
    expect(retries).toEqual([500, 1000, 2000]); // Half of 1, 2 and 4 seconds, as the numbers are not random here.
    expect(new Set(intercom.sent.map(({ body }) => body)).size).toBe(1);
  });

  test.each([
    ["500", (request: { reply(status: number): void }) => request.reply(500)],
    ["no reply", (request: { fail(): void }) => request.fail()],
    ["no reply in time", () => undefined],
  ] as const)("after %s", async (_, fault) => {
    const { client, clock, intercom } = startClient(BY_DEFAULT, (request) => {
      if (intercom.sent.length === 1) fault(request);
      else request.reply(202);
    });
    const receipt = client.track(EVENT);
    await passTime(clock, 40_000, 500);
    expect(await receipt).toEqual({ status: "accepted", attempts: 2 });
  });

  test.each([400, 409, 415, 422])("not after a %i, which would be the same again", async (status) => {
    const { client, intercom } = startClient(BY_DEFAULT, (request) => request.reply(status));
    expect(await client.track(EVENT)).toMatchObject({ status: "rejected", attempts: 1 });
    expect(intercom.sent).toHaveLength(1);
  });

  test("not before Retry-After says so", async () => {
    const { client, clock, intercom } = startClient(BY_DEFAULT, (request) =>
      intercom.sent.length === 1 ? request.reply(503, "", { "retry-after": "20" }) : request.reply(202),
    );
    const receipt = client.track(EVENT);
    await passTime(clock, 19_900, 100);
    expect(intercom.sent).toHaveLength(1);
    await passTime(clock, 200, 100);
    expect(await receipt).toEqual({ status: "accepted", attempts: 2 });
  });

  test("as soon as it is due, and not before", async () => {
    const { client, clock, intercom } = startClient(BY_DEFAULT, (request) =>
      request.reply(intercom.sent.length === 1 ? 500 : 202),
    );
    const receipt = client.track(EVENT);
    await turn();
    await passTime(clock, 499);
    expect(intercom.sent).toHaveLength(1);
    await passTime(clock, 1);
    expect(intercom.sent).toHaveLength(2);
    expect(await receipt).toEqual({ status: "accepted", attempts: 2 });
  });

  test.each([
    [
      "no reply",
      (request: SentRequest) => request.fail(),
      /^intercom-events: Nothing could be sent for 1\d s: no reply \(.+\); events wait and are sent again\./,
    ],
    [
      "a server that does not cope",
      (request: SentRequest) => request.reply(503),
      / for 1\d s: server_error \(503\); /,
    ],
    [
      "an allowance that others use up",
      (request: SentRequest) => request.reply(429, "", { "retry-after": "4" }),
      / for 1\d s: rate_limited \(429\); /,
    ],
  ] as const)(
    "and a warning says once that nothing could be sent for a while: %s",
    async (_, fault, said) => {
      const { client, clock, warnings } = startClient(BY_DEFAULT, fault);
      client.track(EVENT);
      client.track(anotherEvent());
      await passTime(clock, 9_000, 100);
      expect(warnings).toEqual([]);
      await passTime(clock, 600_000, 1000);
      expect(warnings).toEqual([expect.stringMatching(said)]);
    },
  );

  test("and no warning says so while other events are sent, or a listener hears of it", async () => {
    const some = startClient(BY_DEFAULT, (request) =>
      request.reply(request.body?.includes("bad") ? 500 : 202),
    );
    some.client.track({ ...EVENT, eventName: "bad" });
    const heard = startClient(BY_DEFAULT, (request) => request.fail());
    heard.client.on("retry", () => undefined);
    heard.client.track(EVENT);
    for (let second = 0; second < 60; second += 1) {
      some.client.track(anotherEvent());
      await Promise.all([passTime(some.clock, 1000, 500), passTime(heard.clock, 1000, 500)]);
    }
    expect([...some.warnings, ...heard.warnings]).toEqual([]);
  });

  test("until its age runs out", async () => {
    const { client, clock } = startClient({ retry: { attempts: 1000, maxAge: 60_000 } }, (request) =>
      request.reply(500),
    );
    const receipt = client.track(EVENT);
    await passTime(clock, 120_000, 1000);
    expect(await receipt).toEqual({ status: "dropped", reason: "expired" });
    expect(clock.timers()).toBe(0);
  });

  test("but what has only waited for its turn is sent, however old", async () => {
    const { client, clock, intercom } = startClient(
      { retry: { maxAge: 5000 }, concurrency: 1 },
      (request) => void clock.after(1000, () => request.reply(202)),
    );
    const receipts = Array.from({ length: 20 }, () => client.track(anotherEvent()));
    await passTime(clock, 21_000, 500);
    expect(client.stats()).toMatchObject({ accepted: 20, pending: 0 });
    await Promise.all(receipts);
    expect(intercom.sent).toHaveLength(20);
  });

  test("nor for the time that the clock leaps ahead", async () => {
    const { client, clock, intercom } = startClient({ retry: {}, concurrency: 1 });
    for (let index = 0; index < 3; index += 1) client.track(anotherEvent());
    await turn();
    clock.set(clock.now() + 90_000_000);
    while (intercom.open().length > 0) {
      for (const request of intercom.open()) request.reply(202);
      await passTime(clock, 100);
    }
    expect(client.stats()).toMatchObject({ accepted: 3, pending: 0 });
  });

  test("while others go on", async () => {
    const { client, clock } = startClient(BY_DEFAULT, (request) =>
      request.reply(request.body?.includes("bad") ? 500 : 202),
    );
    client.track({ ...EVENT, eventName: "bad" });
    const receipts = Array.from({ length: 50 }, () => client.track(anotherEvent()));
    await passTime(clock, 1000, 100);
    expect(client.stats()).toMatchObject({ accepted: 50, pending: 1 });
    await Promise.all(receipts);
  });
});

describe("a contact that does not exist yet", () => {
  test("is waited for", async () => {
    const { client, clock, intercom } = startClient(BY_DEFAULT, (request) =>
      request.reply(intercom.sent.length < 5 ? 404 : 202),
    );
    const receipt = client.track(EVENT);
    await passTime(clock, 60_000, 500);
    expect(await receipt).toEqual({ status: "accepted", attempts: 5 });
  });

  test("is said to be missing once, after ten seconds and if nobody listens", async () => {
    const missing = (request: SentRequest): void => request.reply(404);
    const { client, clock, warnings } = startClient(BY_DEFAULT, missing);
    const heard = startClient(BY_DEFAULT, missing);
    heard.client.on("retry", () => undefined);
    for (const one of [client, client, heard.client]) one.track(anotherEvent());
    await Promise.all([passTime(clock, 9000, 500), passTime(heard.clock, 60_000, 500)]);
    expect([warnings, heard.warnings]).toEqual([[], []]);
    await passTime(clock, 60_000, 500);
    expect(warnings).toEqual([
      expect.stringMatching(
        /^intercom-events: An event waits for its contact, missing for 1\d s: contact_not_found \(404\); it is sent again .* \(event "logged-in"\)/,
      ),
    ]);
  });

  test("is not waited for longer than that, however many attempts failed otherwise", async () => {
    const { client, clock, intercom } = startClient(
      { retry: { attempts: 3, holdContact: 30_000 } },
      (request) => request.reply(intercom.sent.length === 1 ? 500 : 404),
    );
    const receipt = client.track(EVENT);
    await passTime(clock, 29_000, 500);
    expect(client.stats().pending).toBe(1);
    await passTime(clock, 60_000, 500);
    expect(await receipt).toMatchObject({ status: "rejected", verdict: { kind: "contact_not_found" } });
  });
});

test("a contact that is missing at last is asked for soon, however often the limit was met before", async () => {
  const { client, clock, intercom } = startClient(BY_DEFAULT, (request) => {
    const { length } = intercom.sent;
    if (length <= 6) request.reply(429, "", { "retry-after": "1" });
    else request.reply(length === 7 ? 404 : 202);
  });
  const delays: number[] = [];
  client.on("retry", ({ verdict, delay }) => verdict.kind === "contact_not_found" && delays.push(delay));
  const receipt = client.track(EVENT);
  await passTime(clock, 60_000, 500);
  expect(delays).toEqual([500]);
  expect(await receipt).toEqual({ status: "accepted", attempts: 8 });
});

describe("a 429", () => {
  const limits = (now: number, remaining: number) => {
    const reset = Math.floor(now / 10_000) * 10 + 10;
    return {
      "x-ratelimit-limit": "100",
      "x-ratelimit-remaining": String(remaining),
      "x-ratelimit-reset": String(reset),
    };
  };

  test("holds all events until the window opens, then one asks first", async () => {
    const { client, clock, intercom } = startClient(BY_DEFAULT, (request) => {
      const isLimited = clock.now() < 1_700_000_010_000;
      if (isLimited) request.reply(429, "", limits(clock.now(), 0));
    });
    const delays: number[] = [];
    client.on("retry", ({ delay }) => delays.push(delay));
    const receipts = Array.from({ length: 10 }, () => client.track(anotherEvent()));
    await turn();
    expect(new Set(delays)).toEqual(new Set([1_700_000_010_000 - clock.now()]));
    expect(intercom.sent.length).toBeLessThanOrEqual(4); // As many as go out before anything is known.
    const before = intercom.sent.length;
    await passTime(clock, 9000, 500);
    expect(intercom.sent).toHaveLength(before);
    await passTime(clock, 1000, 100);
    expect(intercom.open()).toHaveLength(1);
    intercom.open()[0]?.reply(202, "", limits(clock.now(), 99));
    await passTime(clock, 500, 50);
    while (client.stats().pending > 0) {
      intercom.open()[0]?.reply(202, "", limits(clock.now(), 90));
      await passTime(clock, 100, 50);
    }
    const outcomes = await Promise.all(receipts);
    expect(new Set(outcomes.map(({ status }) => status))).toEqual(new Set(["accepted"]));
  });

  test("is no failure, however often it comes", async () => {
    const { client, clock, intercom } = startClient({ retry: { attempts: 1 } }, (request) =>
      intercom.sent.length <= 20 ? request.reply(429, "", { "retry-after": "1" }) : request.reply(202),
    );
    const receipt = client.track(EVENT);
    await passTime(clock, 60_000, 100);
    expect(await receipt).toEqual({ status: "accepted", attempts: 21 });
  });

  test("that asks for longer than the window is waited for without a timer each moment", async () => {
    let timers = 0;
    const { client, clock, intercom } = startClient(BY_DEFAULT);
    const { after } = clock;
    clock.after = (...given) => {
      timers += 1;
      return after(...given);
    };
    for (let number = 0; number < 10; number += 1) client.track(anotherEvent());
    await turn();
    for (const request of intercom.open()) request.reply(429, "", { "retry-after": "30" });
    for (let step = 0; step < 290; step += 1) {
      await turn();
      clock.advance(100);
    }
    expect(timers).toBeLessThan(100);
  });

  test("that asks for less than the window is waited for no longer", async () => {
    const { client, clock, intercom } = startClient(BY_DEFAULT);
    for (let number = 0; number < 10; number += 1) client.track(anotherEvent());
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

describe("a token that is refused", () => {
  test.each([
    [401, "unauthorized"],
    [403, "forbidden"],
  ])("pauses everything until resume: %i", async (status, kind) => {
    let answer = status;
    const { client, clock, intercom } = startClient(BY_DEFAULT, (request) => request.reply(answer));
    const heard: string[] = [];
    client.on("paused", ({ verdict }) => heard.push(verdict.kind));
    client.on("resumed", () => heard.push("resumed"));
    client.resume(); // Nothing is paused.
    const receipts = Array.from({ length: 8 }, () => client.track(anotherEvent()));
    await passTime(clock, 3_600_000, 60_000);
    expect(client.stats()).toMatchObject({ pending: 8, isPaused: true, inFlight: 0 });
    const before = intercom.sent.length;
    expect(before).toBeLessThanOrEqual(4);
    answer = 202;
    client.resume();
    await passTime(clock, 20_000, 100);
    expect((await Promise.all(receipts)).every((outcome) => outcome.status === "accepted")).toBe(true);
    expect(heard).toEqual([kind, "resumed"]);
  });

  test("is asked for again, and another one goes on", async () => {
    let token = "expired";
    let asked = 0;
    const { client, clock } = startClient(
      {
        ...BY_DEFAULT,
        token: () => {
          asked += 1;
          return token;
        },
      },
      (request) => request.reply(request.headers.authorization === `Bearer ${TOKEN}` ? 202 : 401),
    );
    const receipt = client.track(EVENT);
    await passTime(clock, 600_000, 1000);
    expect(client.stats().isPaused).toBe(true);
    expect(asked).toBeGreaterThan(5);
    expect(asked).toBeLessThan(30);
    token = TOKEN;
    await passTime(clock, 60_000, 1000);
    expect(await receipt).toMatchObject({ status: "accepted" });
    await client.close();
    expect(clock.timers()).toBe(0);
  });

  test("that cannot be had is asked for again as well", async () => {
    let isBroken = false;
    const { client, clock } = startClient(
      {
        ...BY_DEFAULT,
        token: async () => {
          if (isBroken) throw new Error("vault is sealed");
          return isBroken ? "" : TOKEN;
        },
      },
      (request) => request.reply(clock.now() < 1_700_000_100_000 ? 401 : 202),
    );
    client.track(EVENT);
    await turn();
    isBroken = true;
    await passTime(clock, 30_000, 1000);
    expect(client.stats()).toMatchObject({ isPaused: true, pending: 1 });
    await client.close({ timeout: 0 });
    expect(clock.timers()).toBe(0);
  });

  test("is asked for again where there was no answer at all", async () => {
    let token: string | Promise<string> = "expired";
    const { client, clock } = startClient({ ...BY_DEFAULT, token: () => token }, (request) =>
      request.reply(request.headers.authorization === `Bearer ${TOKEN}` ? 202 : 401),
    );
    const receipt = client.track(EVENT);
    await turn();
    token = new Promise(() => undefined);
    await passTime(clock, 5000, 100);
    token = TOKEN;
    await passTime(clock, 10_000, 100);
    expect(await receipt).toMatchObject({ status: "accepted" });
    await client.close();
    expect(clock.timers()).toBe(0);
  });

  test("lets events expire", async () => {
    const { client, clock } = startClient({ retry: { maxAge: 5000 } }, (request) => request.reply(401));
    const receipts = [client.track(EVENT), client.track(anotherEvent())];
    await passTime(clock, 4999);
    expect(client.stats().pending).toBe(2);
    await passTime(clock, 1);
    expect(client.stats().pending).toBe(0); // Receipts of events that wait would never settle.
    expect(await Promise.all(receipts)).toEqual(Array(2).fill({ status: "dropped", reason: "expired" }));
  });

  test("lets no event expire for the time before it", async () => {
    const { client, clock, intercom } = startClient(
      { retry: { maxAge: 5000, holdContact: 60_000 } },
      (request) => request.reply(intercom.sent.length === 1 ? 404 : 401, "", { "retry-after": "4" }),
    );
    client.track(EVENT);
    await passTime(clock, 4000, 500);
    expect(client.stats()).toMatchObject({ isPaused: true, pending: 1 });
    await passTime(clock, 4999);
    client.resume();
    await turn();
    expect(intercom.sent).toHaveLength(3);
    expect(client.stats()).toMatchObject({ isPaused: true, pending: 1 });
    await passTime(clock, 1);
    expect(client.stats()).toMatchObject({ pending: 0, droppedByReason: { expired: 1 } });
  });

  test.each([202, 404, 429, 503])(
    "has what an earlier process has left wait, though an attempt from before it ends later with %d",
    async (late) => {
      const store = createMemoryStore();
      const first = startClient({ outbox: memoryOutbox({ store }), random: Math.random });
      for (let index = 0; index < 8; index += 1) first.client.track(anotherEvent());
      await passTime(first.clock, 10);
      await first.client.close({ timeout: 0 });
      const clock = fakeClock(first.clock.now() + 200_000_000);
      const { client, intercom } = startClient({
        clock,
        outbox: memoryOutbox({ store }),
        concurrency: 4,
        retry: {},
      });
      await passTime(clock, 10);
      const [refused, other] = intercom.sent;
      refused?.reply(401);
      await turn();
      other?.reply(late);
      await passTime(clock, 60_000, 1000);
      expect(client.stats().isPaused).toBe(true);
      expect(store.deadLetters).toEqual([]);
    },
  );

  test("is waited for without a timer that is too long for the machine", async () => {
    const delays: number[] = [];
    const { clock } = startClient();
    const { client } = startClient(
      {
        retry: { maxAge: 1e12 },
        clock: {
          now: clock.now,
          after: (milliseconds, callback) => {
            delays.push(milliseconds);
            return clock.after(milliseconds, callback);
          },
        },
      },
      (request) => request.reply(401),
    );
    client.track(EVENT);
    await passTime(clock, 10_000_000_000, 2_000_000_000);
    expect(client.stats()).toMatchObject({ isPaused: true, pending: 1 });
    // Timers of the machine take more than 2^31 - 1 for 1.
    expect(Math.max(...delays)).toBe(2_147_483_647);
  });

  test("does not keep reads from being made", async () => {
    const { client } = startClient(BY_DEFAULT, (request) =>
      request.reply(request.method === "GET" ? 200 : 401, '{"type":"event.summary","events":[]}'),
    );
    client.track(EVENT);
    await turn();
    expect(client.stats().isPaused).toBe(true);
    expect(await client.summaries({ userId: "1" })).toEqual([]);
  });

  test("late, after another one was accepted, holds its event up only until it is asked for again", async () => {
    let token = "first";
    const { client, clock, intercom } = startClient({ ...BY_DEFAULT, token: () => token }, (request) => {
      if (request.headers.authorization !== "Bearer first") request.reply(202);
    });
    const receipt = client.track(EVENT);
    await turn();
    token = "second";
    const second = client.track(anotherEvent());
    await passTime(clock, 1000, 100);
    expect((await second).status).toBe("accepted");
    intercom.open()[0]?.reply(401);
    await turn();
    expect(client.stats()).toMatchObject({ pending: 1, isPaused: true });
    await passTime(clock, 4000, 100);
    expect(await receipt).toMatchObject({ status: "accepted" });
  });
});

describe("the allowance", () => {
  test("is shared by the clients of one token, and by reads", async () => {
    const first = startClient(BY_DEFAULT);
    const second = startClient({ ...BY_DEFAULT, clock: first.clock, transport: first.intercom.send });
    const other = startClient({
      ...BY_DEFAULT,
      clock: first.clock,
      transport: first.intercom.send,
      token: "other",
    });
    for (let index = 0; index < 3; index += 1) first.client.track(anotherEvent());
    await turn();
    void second.client.summaries({ userId: "1" }).catch(() => undefined);
    for (let index = 0; index < 3; index += 1) second.client.track(anotherEvent());
    await turn();
    expect(first.intercom.sent).toHaveLength(4); // Four before anything is known of the token.
    other.client.track(anotherEvent());
    await turn();
    expect(first.intercom.sent).toHaveLength(5);
    expect(second.client.stats().rate.remaining).toBe(first.client.stats().rate.remaining);
    for (const { client } of [first, second, other]) await client.close({ timeout: 0 });
  });

  test("is known from the replies", async () => {
    const { client } = startClient(BY_DEFAULT, (request) =>
      request.reply(202, "", {
        "x-ratelimit-limit": "500",
        "x-ratelimit-remaining": "321",
        "x-ratelimit-reset": "1700000010",
      }),
    );
    await client.track(EVENT);
    expect(client.stats().rate).toEqual({ limit: 500, remaining: 321, resetAt: 1_700_000_010_000 });
  });
});

test("flush ends with an event of an earlier client that is sent again much later", async () => {
  const store = createMemoryStore();
  const first = startClient({ ...BY_DEFAULT, outbox: memoryOutbox({ store }), random: () => 0.25 });
  first.client.track(EVENT);
  await turn();
  first.clock.advance(100);
  await turn();
  const closed = first.client.close({ timeout: 0 });
  first.clock.advance(0);
  await closed;
  const { client, clock, intercom } = startClient({ ...BY_DEFAULT, outbox: memoryOutbox({ store }) });
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

test("the counts hold while everything goes wrong in turn", async () => {
  const statuses = [202, 500, 404, 429, 401, 422, 503];
  const looked: number[] = [];
  const { client, clock } = startClient({ retry: { attempts: 3, holdContact: 5000 } }, (request) => {
    looked.push(unaccounted(client.stats()));
    request.reply(statuses[looked.length % statuses.length] ?? 202);
  });
  for (const name of ["outcome", "retry", "paused", "resumed"] as const) {
    client.on(name, () => looked.push(unaccounted(client.stats())));
  }
  for (let index = 0; index < 60; index += 1) {
    client.track(anotherEvent());
    await passTime(clock, 1000, 250);
    client.resume();
  }
  await passTime(clock, 60_000, 500);
  client.resume();
  await client.close({ timeout: 0 });
  looked.push(unaccounted(client.stats()));
  expect(looked.filter((count) => count !== 0)).toEqual([]);
  expect(client.stats()).toMatchObject({ tracked: 60, pending: 0 });
});
