import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { anyMaker, anyRecordMaker, HOSTILE } from "../tests/hostile.ts";
import {
  anotherEvent,
  EVENT,
  type Started,
  startClient,
  TOKEN,
  turn,
  unaccounted,
} from "../tests/start-client.ts";
import type { Client, Outcome, Receipt } from "./index.ts";

type Track = (...args: unknown[]) => Receipt;

/** A client whose Intercom accepts everything. */
function startAccepting(options: Parameters<typeof startClient>[0] = {}): Started {
  return startClient(options, (request) => request.reply(202));
}

function trackAnything(client: Client): Track {
  return client.track as never;
}

function trackAnythingOf(client: Client, contact: unknown): Track {
  return client.contact(contact as never).track as never;
}

async function expectInvalid(receipt: Receipt): Promise<void> {
  expect(receipt).toBeInstanceOf(Promise);
  const outcome = await receipt;
  expect(outcome).toEqual({
    status: "invalid",
    issues: expect.arrayContaining([
      { path: expect.any(String), code: expect.any(String), message: expect.stringMatching(/\S/) },
    ]),
  });
  expect(await receipt.stored).toBe(false);
}

describe("track is given anything and never throws", () => {
  const plain: [string, unknown][] = [
    ["nothing", undefined],
    ["null", null],
    ["a number", 5],
    ["NaN", Number.NaN],
    ["a boolean", true],
    ["an empty text", ""],
    ["a function", () => EVENT],
    ["a list", [EVENT]],
    ["an empty object", {}],
    ["a Map", new Map(Object.entries(EVENT))],
    ["a promise of an event", Promise.resolve(EVENT)],
    ["no name", { userId: "1" }],
    ["no contact", { eventName: "a" }],
    ["wire names", { user_id: "1", event_name: "a" }],
  ];
  const hostile = Object.entries(HOSTILE).map(([name, make]): [string, unknown] => [name, make()]);

  test.each([...plain, ...hostile])("an event that is %s is invalid", async (_, event) => {
    const { client, intercom, clock } = startAccepting();
    await expectInvalid(trackAnything(client)(event));
    expect(client.stats()).toMatchObject({ tracked: 1, invalid: 1, pending: 0 });
    await turn();
    expect(intercom.sent).toHaveLength(0);
    expect(clock.timers()).toBe(0);
  });

  const bad = [
    "a proxy that throws on every trap",
    "a revoked proxy",
    "a getter that throws",
    "a proxy that throws when a value is read",
    "an object in itself",
    "10 MB of text",
    "an object with a key of 10 MB",
    "a symbol",
    "a bigint",
    "a class",
    "what does not say what it is",
    "what cannot be JSON",
  ] as const;

  test.each(bad)("metadata that is %s is invalid, and so is a value of it", async (name) => {
    const { client, intercom } = startAccepting();
    for (const metadata of [HOSTILE[name]?.(), { a: HOSTILE[name]?.() }]) {
      await expectInvalid(trackAnything(client)({ ...EVENT, metadata }));
      await expectInvalid(trackAnythingOf(client, { userId: "1" })("a", metadata));
    }
    expect(intercom.sent).toHaveLength(0);
  });

  test.each([...plain.slice(0, 6), ...hostile])("a contact that is %s is invalid", async (_, contact) => {
    const { client, intercom } = startAccepting();
    await expectInvalid(trackAnythingOf(client, contact)("logged-in"));
    expect(intercom.sent).toHaveLength(0);
  });

  test.each(hostile)("a time that is %s is taken or refused", async (_, createdAt) => {
    const { client } = startAccepting();
    const receipts = [
      trackAnything(client)({ ...EVENT, createdAt }),
      trackAnythingOf(client, { userId: "1" })("a", {}, { createdAt }),
      trackAnythingOf(client, { userId: "1" })("a", {}, createdAt),
    ];
    for (const { status } of await Promise.all(receipts)) expect(status).toMatch(/^(?:accepted|invalid)$/);
  });

  test("whatever it is", async () => {
    const { client } = startAccepting();
    const records = anyRecordMaker("userId", "eventName", "createdAt", "metadata");
    await fc.assert(
      fc.asyncProperty(fc.oneof(records, anyMaker), anyMaker, anyMaker, async (event, second, third) => {
        const receipts = [
          trackAnything(client)(event()),
          trackAnythingOf(client, event())(second(), third(), second()),
          trackAnythingOf(client, { userId: "1" })(second(), third(), event()),
        ];
        for (const { status } of await Promise.all(receipts)) {
          expect(status).toMatch(/^(?:accepted|invalid)$/);
        }
        expect(unaccounted(client.stats())).toBe(0);
      }),
      { numRuns: 300 },
    );
  });

  test("a receipt that nobody awaits is no unhandled rejection", async () => {
    const { client } = startClient({ concurrency: 1 }, (request) => request.fail());
    const unhandled: unknown[] = [];
    const listener = (reason: unknown) => unhandled.push(reason);
    process.on("unhandledRejection", listener);
    for (let index = 0; index < 5; index += 1) client.track(EVENT);
    trackAnything(client)(null);
    await turn();
    await turn();
    process.off("unhandledRejection", listener);
    expect(unhandled).toEqual([]);
    expect(client.stats()).toMatchObject({ rejected: 5, invalid: 1 });
  });
});

describe("what is sent", () => {
  test("is the event and nothing else, byte for byte", async () => {
    const { client, intercom } = startAccepting();
    client.track({
      userId: 'ü"\\\n',
      eventName: "placed-order",
      metadata: { order_date: new Date(1_392_036_272_750), items: 3, gift: false, note: undefined },
    });
    client.contact({ email: "a@example.org" }).track("b", {}, { createdAt: 5 });
    client.contact({ id: "63a0979a5eeebeaf28dd56ba" }).track("c");
    await turn();
    expect(intercom.sent.map(({ body }) => body)).toEqual([
      '{"user_id":"ü\\"\\\\\\n","event_name":"placed-order","created_at":1700000000,' +
        '"metadata":{"order_date":1392036272,"items":3,"gift":false}}',
      '{"email":"a@example.org","event_name":"b","created_at":5,"metadata":{}}',
      '{"id":"63a0979a5eeebeaf28dd56ba","event_name":"c","created_at":1700000000}',
    ]);
  });

  test("has no half of a character, as parsers refuse the whole event for one", async () => {
    const { client, intercom } = startAccepting();
    const excerpt = "party 🎉".slice(0, 7);
    client.track({ userId: "1", eventName: "commented", createdAt: 5, metadata: { excerpt } });
    await turn();
    expect(intercom.sent.map(({ body }) => body)).toEqual([
      '{"user_id":"1","event_name":"commented","created_at":5,"metadata":{"excerpt":"party \ufffd"}}',
    ]);
  });

  test("is of the contact that a bound tracker was made for, whatever becomes of its object", async () => {
    const { client, intercom } = startAccepting();
    const session: { userId: string } = { userId: "alice" };
    const { track } = client.contact(session);
    session.userId = "bob";
    await track("logged-out");
    expect(intercom.sent.map(({ body }) => JSON.parse(body ?? "").user_id)).toEqual(["alice"]);
  });

  test("has nothing of unknown options of a bound tracker, which a warning names", async () => {
    const { client, intercom } = startAccepting();
    const heard: unknown[] = [];
    client.on("warning", ({ warnings }) => heard.push(...warnings.map(({ path, code }) => [path, code])));
    trackAnythingOf(client, { userId: "1" })("a", {}, { created_at: 5, createdAt: 6 });
    await turn();
    expect(intercom.sent.map(({ body }) => body)).toEqual([
      '{"user_id":"1","event_name":"a","created_at":6,"metadata":{}}',
    ]);
    expect(heard).toEqual([["created_at", "unknown_field"]]);
  });

  test.each([new Date(5000), 5, "5", null, []])(
    "needs options of a bound tracker that are some: %o",
    async (options) => {
      const { client, intercom } = startAccepting();
      const receipt = trackAnythingOf(client, { userId: "1" })("a", {}, options);
      await expectInvalid(receipt);
      expect(await receipt).toMatchObject({
        issues: [
          {
            path: "options",
            message: expect.stringMatching(/^options must be an object such as \{ createdAt \}, got /),
          },
        ],
      });
      expect(intercom.sent).toEqual([]);
    },
  );

  test("names a contact that is none", async () => {
    const { client } = startAccepting();
    expect(await trackAnythingOf(client, "1")("a")).toEqual({
      status: "invalid",
      issues: [
        {
          path: "contact",
          code: "not_an_object",
          message: 'contact must be an object such as { userId }, got "1"',
        },
      ],
    });
  });

  test("is of a contact whose names are accessors of its class", async () => {
    const { client, intercom } = startAccepting();
    class User {
      readonly #name = "alice";
      get userId(): string {
        return this.#name;
      }
    }
    expect((await client.contact(new User()).track("logged-in")).status).toBe("accepted");
    expect(JSON.parse(intercom.sent[0]?.body ?? "").user_id).toBe("alice");
  });

  test("has the second in which it was tracked, however late it is sent", async () => {
    const { client, intercom, clock } = startClient({ concurrency: 1 });
    client.track(EVENT);
    clock.advance(12); // It was 0.987; now it is the very end of the second.
    client.track({ ...EVENT, eventName: "second" });
    clock.advance(1);
    client.track({ ...EVENT, eventName: "third" });
    clock.advance(10_000);
    await turn();
    for (let index = 0; index < 3; index += 1) {
      intercom.sent[index]?.reply(202);
      clock.advance(5_000);
      await turn();
    }
    expect(intercom.sent.map(({ body }) => JSON.parse(body ?? "").created_at)).toEqual([
      1_700_000_000, 1_700_000_000, 1_700_000_001,
    ]);
  });

  test("is what the event was when it was tracked", async () => {
    const { client, intercom } = startAccepting();
    const metadata = { plan: "pro", paid_date: new Date(5000) };
    const event = { userId: "1", eventName: "a", metadata };
    client.track(event);
    event.userId = "2";
    metadata.plan = "free";
    metadata.paid_date.setTime(9000);
    await turn();
    expect(JSON.parse(intercom.sent[0]?.body ?? "")).toMatchObject({
      user_id: "1",
      metadata: { plan: "pro", paid_date: 5 },
    });
  });

  test("is not sent while track runs", () => {
    const { client, intercom } = startAccepting();
    client.track(EVENT);
    expect(intercom.sent).toHaveLength(0);
    expect(client.stats()).toMatchObject({ pending: 1, inFlight: 0 });
  });
});

describe("the queue", () => {
  test("refuses what is above its bound, and takes more once there is room", async () => {
    const { client, intercom } = startClient({ concurrency: 1, queue: { maxEvents: 2 } });
    const first = client.track(EVENT);
    await turn();
    const second = client.track(EVENT);
    const third = client.track(EVENT);
    expect(client.stats()).toMatchObject({ tracked: 3, pending: 2, inFlight: 1, dropped: 1 });
    expect(await third).toEqual({ status: "dropped", reason: "queue_full" });
    expect(await Promise.all([first.stored, second.stored, third.stored])).toEqual([true, true, false]);
    intercom.sent[0]?.reply(202);
    expect((await first).status).toBe("accepted");
    const fourth = client.track(EVENT);
    expect(await fourth.stored).toBe(true);
    expect(client.stats()).toMatchObject({ droppedByReason: { queue_full: 1 }, pending: 2 });
  });

  test("does not count what is invalid", async () => {
    const { client } = startClient({ queue: { maxEvents: 1 } });
    trackAnything(client)(null);
    expect(await client.track(EVENT).stored).toBe(true);
    expect((await trackAnything(client)(null)).status).toBe("invalid");
  });

  test("holds to its bound when a listener tracks as well", async () => {
    const { client } = startClient({ queue: { maxEvents: 1 } });
    client.on("warning", () => client.track(EVENT));
    client.track({ ...EVENT, eventName: "Logged In" });
    expect(client.stats()).toMatchObject({ tracked: 2, pending: 1, dropped: 1 });
  });
});

describe("how it ended", () => {
  const errors = JSON.stringify({ errors: [{ code: "c", message: "m" }], request_id: "req-2" });
  const replied = { errors: [{ code: "c", message: "m" }], requestId: "req-2" };

  const table: [status: number, headers: Record<string, string>, outcome: Outcome][] = [
    [202, { "x-request-id": "req-1" }, { status: "accepted", attempts: 1, requestId: "req-1" }],
    [200, {}, { status: "accepted", attempts: 1 }],
    [
      404,
      {},
      { status: "rejected", attempts: 1, verdict: { kind: "contact_not_found", status: 404, ...replied } },
    ],
    [
      422,
      {},
      { status: "rejected", attempts: 1, verdict: { kind: "invalid_request", status: 422, ...replied } },
    ],
    [
      503,
      {},
      {
        status: "rejected",
        attempts: 1,
        verdict: { kind: "server_error", status: 503, message: "m", ...replied },
      },
    ],
  ];

  test.each(table)("is told after a %i", async (status, headers, outcome) => {
    const { client } = startClient({}, (request) => request.reply(status, errors, headers));
    const heard: unknown[] = [];
    client.on("outcome", (payload) => heard.push(payload));
    expect(await client.track(EVENT)).toStrictEqual(outcome);
    expect(heard).toStrictEqual([
      { outcome, event: { user_id: "314159", event_name: "logged-in", created_at: 1_700_000_000 } },
    ]);
  });

  test("is counted by kind, also the age of the oldest", async () => {
    const { client, intercom, clock } = startClient({ concurrency: 2 });
    client.track(EVENT);
    clock.advance(100);
    client.track(EVENT);
    client.track(EVENT);
    await turn();
    clock.advance(11);
    expect(client.stats()).toEqual({
      tracked: 3,
      accepted: 0,
      duplicate: 0,
      rejected: 0,
      invalid: 0,
      dropped: 0,
      pending: 3,
      inFlight: 2,
      oldestAge: 111,
      recovered: 0,
      isPaused: false,
      rate: { limit: 1667, remaining: 1665, resetAt: 1_700_000_010_000 },
      droppedByReason: {},
      rejectedByVerdict: {},
    });
    intercom.sent[0]?.reply(404);
    await turn();
    expect(client.stats()).toMatchObject({ oldestAge: 11, rejectedByVerdict: { contact_not_found: 1 } });
    clock.set(0);
    expect(client.stats().oldestAge).toBe(0);
    intercom.sent[1]?.reply(202);
    intercom.sent[2]?.reply(202);
    await turn();
    expect(client.stats()).not.toHaveProperty("oldestAge");
    expect(client.stats()).toMatchObject({ accepted: 2, rejected: 1, pending: 0, inFlight: 0 });
  });

  test("is a copy that nobody else sees changed", () => {
    const { client } = startClient();
    const before = client.stats();
    trackAnything(client)(null);
    Object.assign(client.stats().droppedByReason, { closed: 7 });
    expect(before.tracked).toBe(0);
    expect(client.stats().droppedByReason).toEqual({});
  });

  test("holds while a getter, the token, the transport or a listener looks", async () => {
    const looked: [string, number][] = [];
    const look = (where: string) => looked.push([where, unaccounted(client.stats())]);
    const { client, clock } = startClient(
      {
        concurrency: 2,
        token() {
          look("token");
          return TOKEN;
        },
        warn: () => look("warn"),
      },
      (request) => {
        look("transport");
        request.signal.addEventListener("abort", () => look("abort"));
        if (request.body?.includes("accepted")) request.reply(202);
      },
    );
    trackAnything(client)(null);
    client.on("outcome", () => look("outcome"));
    client.on("warning", () => look("warning"));
    await client.track({ ...EVENT, eventName: "accepted" });
    for (let index = 0; index < 4; index += 1) client.track({ ...EVENT, eventName: "Held" });
    trackAnything(client)({
      get userId() {
        look("getter");
        return "1";
      },
    });
    await turn();
    const closed = client.close({ timeout: 1 });
    clock.advance(1);
    expect(await closed).toEqual({ pending: 0, dropped: 4 });
    expect(looked.filter(([, count]) => count !== 0)).toEqual([]);
    expect([...new Set(looked.map(([where]) => where))].sort()).toEqual(
      ["abort", "getter", "outcome", "token", "transport", "warn", "warning"].sort(),
    );
  });

  test("holds while an event is published as tracked", () => {
    const looked: number[] = [];
    const { client }: Started = startClient({
      channel: (name) => ({
        hasSubscribers: name === "tracked",
        publish: () => looked.push(unaccounted(client.stats())),
      }),
    });
    client.track(EVENT);
    expect(looked).toEqual([0]); // At once, for a trace to know who has tracked.
  });

  test("holds while an event makes room for another", async () => {
    const { client } = startClient({ queue: { maxEvents: 2, policy: "drop_oldest" } });
    const looked: number[] = [];
    client.on("outcome", () => looked.push(unaccounted(client.stats())));
    for (let number = 0; number < 3; number += 1) client.track(anotherEvent());
    await undefined; // Until the tick has ended.
    expect(looked).toEqual([0]);
  });
});

test("what a transport throws with the token in it is told without", async () => {
  const token = "dG9rOjMwMDEyM19hYmMvZGVmK2doaTox=";
  const warnings: string[] = [];
  const { client } = startClient({
    token,
    retry: { attempts: 1 },
    warn: (message) => warnings.push(message),
    transport: ({ headers }) => Promise.reject(new Error(`Refused ${headers.authorization}`)),
  });
  const outcome = await client.track(EVENT);
  expect(outcome).toMatchObject({ verdict: { cause: new Error("Refused [access token]") } });
  expect(warnings).toEqual([expect.stringContaining("no reply (Refused [access token])")]);
  await expect(client.summaries({ userId: "1" })).rejects.toThrow("no reply (Refused [access token])");
});
