import { encodeMetadata } from "@intercom-events/core";
import fc from "fast-check";
import { SignJWT } from "jose";
import { describe, expect, test } from "vitest";
import { fakeClock } from "../../core/tests/fake-clock.ts";
import { validEntries } from "../../core/tests/valid-metadata.ts";
import { faultsOfReply } from "../test/contract.ts";
import { event, ORIGIN, request, resultsOf, seconds, start, URL_OF_RELAY } from "../test/start-relay.ts";
import { signedIdentity } from "./index.ts";

const MARKER = "m4rker";

test.each<[string, unknown]>([
  ["the name", { events: [{ event_name: `${MARKER}.`, created_at: seconds() }] }],
  ["the time", { events: [{ event_name: "a", created_at: MARKER }] }],
  ["a key", { events: [event("a", { metadata: { [`${MARKER}$`]: 1 } })] }],
  ["a value", { events: [event("a", { metadata: { b: { [MARKER]: MARKER } } })] }],
  ["a field of an event", { events: [{ ...event("a"), [MARKER]: 1 }] }],
  ["a contact of an event", { events: [{ ...event("a"), user_id: MARKER }] }],
  ["a field of the body", { events: [event("a")], [MARKER]: MARKER }],
  ["the events", { events: MARKER }],
  ["the identity", { events: [event("a")], identity: MARKER.repeat(2000) }],
  ["what is no JSON", `{"events":[${MARKER}`],
])("%s is not told back", async (_, body) => {
  const { relay } = await start({ events: ["b"] });
  const reply = await relay.fetch(request(body));
  expect(await faultsOfReply(reply)).toEqual([]);
  expect(JSON.stringify([...reply.headers]) + (await reply.text())).not.toContain(MARKER);
});

test.each([
  "origin",
  "content-type",
  "content-encoding",
  "sec-fetch-site",
  "x-anything",
  "cookie",
  "host",
  "referer",
])("the header %s is not told back", async (name) => {
  const { relay } = await start({ origins: [ORIGIN] });
  for (const value of [MARKER, `https://${MARKER}.example`, `text/${MARKER}`]) {
    const reply = await relay.fetch(request({ events: [event()] }, { [name]: value }));
    expect(JSON.stringify([...reply.headers]) + (await reply.text())).not.toContain(MARKER);
  }
});

describe("nobody sends as somebody else", () => {
  test("by naming a contact in the body", async () => {
    const { relay, stored } = await start();
    const other = {
      user_id: "victim",
      userId: "victim",
      email: "victim@example.org",
      id: "victim",
      contact: "victim",
    };
    for (const [name, value] of Object.entries(other)) {
      const body = { events: [event("a"), { ...event("b"), [name]: value }] };
      const results = await resultsOf(await relay.fetch(request(body, { cookie: "user=me" })));
      expect(results[1]).toEqual({ status: "rejected", code: "invalid_event" });
      expect(
        (await relay.fetch(request({ events: [event()], [name]: value }, { cookie: "user=me" }))).status,
      ).toBe(400);
    }
    for (const { user_id } of await stored()) expect(user_id).toBe("me");
  });

  test("by a prototype", async () => {
    const { relay, stored } = await start();
    const time = seconds();
    const bodies = [
      `{"events":[{"event_name":"a","created_at":${time},"__proto__":{"user_id":"victim","userId":"victim"}}]}`,
      `{"events":[{"event_name":"b","created_at":${time},"metadata":{"__proto__":{"url":"https://a.example","value":"x"}}}]}`,
      `{"events":[{"event_name":"c","created_at":${time},"constructor":{"prototype":{"userId":"victim"}}}]}`,
      `{"__proto__":{"identity":"victim"},"events":[{"event_name":"d","created_at":${time}}]}`,
    ];
    for (const body of bodies) await relay.fetch(request(body, { cookie: "user=me" }));
    expect(({} as { userId?: string }).userId).toBeUndefined();
    expect(({} as { url?: string }).url).toBeUndefined();
    for (const { user_id } of await stored()) expect(user_id).toBe("me");
  });

  test("by a token of their own making, or a stranger's that has expired", async () => {
    const secret = "a-secret-that-only-the-site-knows-123";
    const { relay, stored } = await start({ identify: signedIdentity({ secret }) });
    const sign = (by: string, exp: number) =>
      new SignJWT({ user_id: "victim", exp })
        .setProtectedHeader({ alg: "HS256" })
        .sign(new TextEncoder().encode(by));
    const forged = [
      await sign("b".repeat(32), seconds() + 60),
      await sign(secret, seconds() - 60),
      "victim",
      undefined,
    ];
    for (const identity of forged) {
      const reply = await relay.fetch(request({ events: [event()], identity }, { cookie: "user=victim" }));
      expect(reply.status).toBe(401);
    }
    expect(await stored()).toEqual([]);
    const right = { events: [event()], identity: await sign(secret, seconds() + 60) };
    expect((await relay.fetch(request(right))).status).toBe(200);
    expect(await stored()).toMatchObject([{ user_id: "victim" }]);
  });

  test("by replaying what somebody has sent: it stays one event, of whom the cookie says", async () => {
    const { relay, stored } = await start();
    const body = JSON.stringify({ events: [event("a")] });
    for (let i = 0; i < 20; i += 1) await relay.fetch(request(body, { cookie: "user=me" }));
    await relay.fetch(request(body, { cookie: "user=other" }));
    expect((await stored()).map(({ user_id }) => user_id).sort()).toEqual(["me", "other"]);
  });
});

/** A body of one's own, and what the relay did with it. */
function stream(next: (count: number) => Uint8Array | undefined | Promise<undefined>) {
  const seen = { chunks: 0, isCancelled: false };
  const body = new ReadableStream<Uint8Array>(
    {
      async pull(controller) {
        const chunk = await next(seen.chunks);
        seen.chunks += 1;
        if (chunk) controller.enqueue(chunk);
        else controller.close();
      },
      cancel() {
        seen.isCancelled = true;
      },
    },
    { highWaterMark: 0 },
  );
  const headers = { origin: ORIGIN, "content-type": "text/plain", cookie: "user=1" };
  const init = { method: "POST", headers, body, duplex: "half" };
  return {
    seen,
    request: (more = {}) =>
      new Request(URL_OF_RELAY, { ...init, headers: { ...headers, ...more } } as RequestInit),
  };
}

describe("a body", () => {
  test("without an end is read up to the bound", async () => {
    const { relay } = await start({ maxBytes: 10_000 });
    const endless = stream(() => new Uint8Array(1000).fill(32));
    const reply = await relay.fetch(endless.request());
    expect(reply.status).toBe(413);
    expect(await faultsOfReply(reply)).toEqual([]);
    expect(endless.seen).toEqual({ chunks: 11, isCancelled: true });
  });

  test("as long as the bound is read", async () => {
    const text = JSON.stringify({ events: [event()] });
    const { relay } = await start({ maxBytes: text.length });
    expect((await relay.fetch(request(text, { "content-length": String(text.length) }))).status).toBe(200);
    expect((await relay.fetch(request(`${text} `))).status).toBe(413);
  });

  test("that cannot be text is read no further", async () => {
    const { relay } = await start();
    const endless = stream(() => new Uint8Array(10).fill(0xff));
    expect((await relay.fetch(endless.request())).status).toBe(400);
    expect(endless.seen).toEqual({ chunks: 1, isCancelled: true });
  });

  test("that says it is too large is not read", async () => {
    const { relay } = await start();
    const large = stream(() => new Uint8Array(1));
    expect((await relay.fetch(large.request({ "content-length": "65537" }))).status).toBe(413);
    expect(large.seen.chunks).toBe(0);
  });

  test.each([["0"], ["-1"], ["x"], ["1e9999"], [""]])(
    "whose length is said to be %j is bounded all the same",
    async (length) => {
      const { relay } = await start({ maxBytes: 10_000 });
      const endless = stream(() => new Uint8Array(1000).fill(32));
      expect((await relay.fetch(endless.request({ "content-length": length }))).status).toBe(413);
      expect(endless.seen.chunks).toBeLessThan(12);
    },
  );

  test("that stops coming is given up, also one of empty chunks", async () => {
    const { relay } = await start({ bodyTimeout: 50 });
    for (const next of [
      () => new Promise<undefined>(() => undefined),
      async () =>
        new Promise<undefined>((resolve) => setTimeout(() => resolve(new Uint8Array(0) as never), 1)),
    ]) {
      const slow = stream(next);
      const reply = await relay.fetch(slow.request());
      expect(reply.status).toBe(408);
      expect(await faultsOfReply(reply)).toEqual([]);
      expect(slow.seen.isCancelled).toBe(true);
    }
  });

  test("that stops coming is given up where a read fails that is cancelled, as in workerd", async () => {
    const { relay } = await start({ bodyTimeout: 50 });
    const slow = stream(() => new Promise<undefined>(() => undefined)).request();
    let fail = (_error: Error): void => undefined;
    const reader = {
      read: () => new Promise((_, reject) => (fail = reject)),
      cancel: async () => fail(new Error("This ReadableStream is cancelled")),
    };
    Object.defineProperty(slow, "body", { value: { getReader: () => reader } });
    expect((await relay.fetch(slow)).status).toBe(408);
  });

  test("that breaks off is refused", async () => {
    const { relay, errors } = await start();
    const broken = stream(() => {
      throw new Error(MARKER);
    });
    const reply = await relay.fetch(broken.request());
    expect(reply.status).toBe(400);
    expect(await reply.text()).not.toContain(MARKER);
    expect(errors).toEqual([]);
  });

  test("in letters cut anywhere is read whole", async () => {
    const { relay, stored } = await start();
    const bytes = new TextEncoder().encode(
      JSON.stringify({ events: [event("a", { metadata: { b: "こ🎁" } })] }),
    );
    const cut = stream((count) =>
      bytes.slice(count, count + 1).length ? bytes.slice(count, count + 1) : undefined,
    );
    expect((await relay.fetch(cut.request())).status).toBe(200);
    expect((await stored())[0]?.metadata).toEqual({ b: "こ🎁" });
  });

  test.each([
    ["lists", "[", "]"],
    ["objects", '{"a":', "}"],
  ])("of deep %s is refused", async (_, open, close) => {
    const { relay } = await start();
    const deep = open.repeat(10_000) + (open === "[" ? "" : "1") + close.repeat(10_000);
    expect((await relay.fetch(request(deep))).status).toBe(400);
    const inside = `{"events":[{"event_name":"a","created_at":${seconds()},"metadata":${deep}}]}`;
    const reply = await relay.fetch(request(inside));
    expect(await faultsOfReply(reply)).toEqual([]);
    expect(await resultsOf(reply)).toEqual([{ status: "rejected", code: "invalid_event" }]);
  });
});

test("10,000 requests bring in what the rate allows, and others are not held up", async () => {
  const clock = fakeClock(Date.now());
  const { relay, stored } = await start({ clock, rate: { events: 200, window: 60_000, maxCallers: 100 } });
  const statuses = new Map<number, number>();
  const now = seconds(); // Once: as time goes on, another second less would be the same one again.
  for (let i = 0; i < 9_000; i += 1) {
    const { status } = await relay.fetch(request({ events: [event("a", { created_at: now - i })] }));
    statuses.set(status, (statuses.get(status) ?? 0) + 1);
  }
  expect([...statuses]).toEqual([
    [200, 200],
    [429, 8_800],
  ]);
  for (let i = 0; i < 1_000; i += 1) {
    expect((await relay.fetch(request({ events: [event()] }, { cookie: `user=u${i}` }))).status).toBe(200);
  }
  expect(await stored()).toHaveLength(1_200);
});

const anyJson = fc.oneof(
  fc.json(),
  fc.jsonValue().map((value) => JSON.stringify({ events: value })),
  fc.array(fc.jsonValue(), { maxLength: 5 }).map((events) => JSON.stringify({ events })),
  fc
    .array(
      fc.record(
        { event_name: fc.jsonValue(), created_at: fc.jsonValue(), metadata: fc.jsonValue() },
        { requiredKeys: [] },
      ),
    )
    .map((events) => JSON.stringify({ events })),
  fc
    .array(fc.record({ event_name: fc.string(), created_at: fc.constant(seconds()), metadata: fc.object() }))
    .map((events) => JSON.stringify({ events, identity: "token" })),
);
const anyBody = fc.oneof(
  anyJson,
  fc.string({ unit: "binary" }),
  fc.uint8Array({ maxLength: 500 }),
  fc
    .tuple(anyJson, fc.nat(), fc.string({ maxLength: 3 }))
    .map(([json, at, put]) => json.slice(0, at % (json.length + 1)) + put),
  fc.tuple(anyJson, fc.nat(), fc.string({ maxLength: 3 })).map(([json, at, put]) => {
    const place = at % (json.length + 1);
    return json.slice(0, place) + put + json.slice(place + 1);
  }),
);
const anyHeaders = fc.record(
  {
    origin: fc.constantFrom(ORIGIN, "null", "https://evil.example", ""),
    "content-type": fc.constantFrom("text/plain", "application/json;charset=utf-8", "text/html", ""),
    "content-length": fc.constantFrom("0", "10", "999999", "x"),
    "content-encoding": fc.constantFrom("gzip", "identity", "br"),
    "sec-fetch-site": fc.constantFrom("same-origin", "cross-site", "none", "x"),
  },
  { requiredKeys: [] },
);

test("whatever is sent, the answer is of the contract and nothing is stored as somebody else's", async () => {
  const { relay, stored, errors } = await start({ rate: false });
  const kinds = new Set<number>();
  await fc.assert(
    fc.asyncProperty(anyBody, fc.option(anyHeaders, { nil: {}, freq: 2 }), async (body, headers) => {
      const reply = await relay.fetch(request(body, { cookie: "user=me", ...headers }));
      kinds.add(reply.status);
      expect(await faultsOfReply(reply)).toEqual([]);
    }),
    // One of each kind of answer is certain to be among them.
    {
      numRuns: 1500,
      examples: [
        [JSON.stringify({ events: [event("a")] }), {}],
        ["{}", {}],
        ["{}", { origin: "https://evil.example" }],
        ["{}", { "content-length": "999999" }],
        ["{}", { "content-type": "text/html" }],
      ],
    },
  );
  expect([...kinds].sort()).toEqual([200, 400, 403, 413, 415]);
  // Some of them look like pages behind a proxy, which is told once.
  expect(errors.filter(({ error }) => !String(error).includes('"origins"'))).toEqual([]);
  expect(errors.length).toBeLessThanOrEqual(1);
  for (const { user_id } of await stored()) expect(user_id).toBe("me");
});

const goodEvent = fc.record({
  event_name: fc.constantFrom("placed-order", "Placed.Order", "viewed-pricing"),
  created_at: fc.integer({ min: seconds() - 100_000, max: seconds() }),
  metadata: validEntries.map((entries) => {
    const encoded = encodeMetadata(Object.fromEntries(entries.map(({ key, given }) => [key, given])));
    if (!encoded.ok) throw new Error("These must be valid");
    return encoded.metadata;
  }),
});
const badEvent = fc.oneof(
  fc.record({ event_name: fc.constant("not-listed"), created_at: fc.constant(seconds()) }),
  fc.record({
    event_name: fc.constant("placed-order"),
    created_at: fc.constantFrom(0, 99_999_999_999, 1.5, -1, null, "1"),
  }),
  fc.record({
    event_name: fc.constant("placed-order"),
    created_at: fc.constant(seconds()),
    metadata: fc.constantFrom({ "a.b": 1 }, { a: null }, [], "x"),
  }),
  fc.record({
    event_name: fc.constant("placed-order"),
    created_at: fc.constant(seconds()),
    user_id: fc.constant("victim"),
  }),
  fc.jsonValue().filter((value) => typeof value !== "object" || Array.isArray(value)),
);

test("each event has an answer at its place, and Intercom holds the accepted ones of the caller and no other", async () => {
  const { relay, stored, emulator } = await start({
    events: ["placed-order", "viewed-pricing"],
    rate: false,
  });
  let caller = 0;
  await fc.assert(
    fc.asyncProperty(
      fc.array(
        fc.oneof(
          goodEvent.map((value) => ({ value, isGood: true })),
          badEvent.map((value) => ({ value, isGood: false })),
        ),
        { minLength: 1, maxLength: 20 },
      ),
      fc.boolean(),
      async (events, isTwice) => {
        caller += 1;
        emulator.reset();
        const values = events.map(({ value }) => value);
        const send = () => relay.fetch(request({ events: values }, { cookie: `user=u${caller}` }));
        if (isTwice) await send();
        const reply = await send();
        expect(await faultsOfReply(reply, events.length)).toEqual([]);
        const results = await resultsOf(reply);
        expect(results.map(({ status }) => status === "accepted" || status === "duplicate")).toEqual(
          events.map(({ isGood }) => isGood),
        );
        // Intercom keeps one event of a name and second, whichever came first.
        const expected = new Set(
          events.flatMap(({ value, isGood }) => {
            const { event_name, created_at } = value as { event_name: string; created_at: number };
            return isGood ? [`${event_name.toLowerCase().replace(".", "-")} ${created_at}`] : [];
          }),
        );
        const found = await stored();
        expect(found.map(({ event_name, created_at }) => `${event_name} ${created_at}`).sort()).toEqual(
          [...expected].sort(),
        );
        for (const { user_id } of found) expect(user_id).toBe(`u${caller}`);
      },
    ),
    { numRuns: 100 },
  );
});
