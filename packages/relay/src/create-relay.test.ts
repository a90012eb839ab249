import { createMemoryStore } from "@intercom-events/core";
import { object, pipe, string, transform, url } from "valibot";
import { afterEach, describe, expect, test, vi } from "vitest";
import { z } from "zod";
import { fakeClock } from "../../core/tests/fake-clock.ts";
import { faultyOutbox } from "../../core/tests/faulty-outbox.ts";
import { faultsOfReply } from "../test/contract.ts";
import {
  event,
  ORIGIN,
  request,
  resultsOf,
  type StartedRelay,
  seconds,
  startRelay,
  URL_OF_RELAY,
} from "../test/start-relay.ts";
import { createRelay, type RelayOptions } from "./index.ts";

const cleanups: (() => unknown)[] = [];
afterEach(async () => {
  vi.restoreAllMocks();
  for (const cleanup of cleanups.splice(0).reverse()) await cleanup();
});

async function start(...given: Parameters<typeof startRelay>): Promise<StartedRelay> {
  const started = await startRelay(...given);
  cleanups.push(started.stop);
  return started;
}

const ACCEPTED = { status: "accepted" };
const rejected = (code: string) => ({ status: "rejected", code });

/** An answer that comes when the test says so. */
function promised<Value>(): { promise: Promise<Value>; resolve(value: Value): void } {
  let resolve = (_value: Value): void => undefined;
  const promise = new Promise<Value>((settle) => {
    resolve = settle;
  });
  return { promise, resolve };
}

describe("a batch", () => {
  test("is delivered as the caller's, event by event", async () => {
    const { relay, stored } = await start();
    const created_at = seconds() - 60;
    const metadata = { order_date: 1671028894, price: { amount: 34999, currency: "eur" }, gift: true };
    const events = [{ event_name: "placed-order", created_at, metadata }, event(), { event_name: "x" }];
    const reply = await relay.fetch(request({ events }));
    expect(await faultsOfReply(reply, 3)).toEqual([]);
    expect(await resultsOf(reply)).toEqual([ACCEPTED, ACCEPTED, rejected("invalid_event")]);
    expect(await stored()).toMatchObject([
      { user_id: "314159", event_name: "placed-order", created_at, metadata },
      { user_id: "314159", event_name: "viewed-pricing" },
    ]);
  });

  test("that comes again is stored once", async () => {
    const { relay, stored } = await start();
    const events = [event("a", { metadata: { n: 1 } }), event("b")];
    expect(await resultsOf(await relay.fetch(request({ events })))).toEqual([ACCEPTED, ACCEPTED]);
    const again = await resultsOf(await relay.fetch(request({ events })));
    for (const { status } of again) expect(["accepted", "duplicate"]).toContain(status);
    await stored();
    const later = await resultsOf(await relay.fetch(request({ events })));
    for (const { status } of later) expect(["accepted", "duplicate"]).toContain(status);
    expect((await stored()).map(({ event_name }) => event_name)).toEqual(["a", "b"]);
  });

  test("that comes again is told to be a duplicate where the relay waits for outcomes", async () => {
    const { relay, stored } = await start({ waitFor: "outcome" });
    const events = [event("a")];
    expect(await resultsOf(await relay.fetch(request({ events })))).toEqual([ACCEPTED]);
    expect(await resultsOf(await relay.fetch(request({ events })))).toEqual([{ status: "duplicate" }]);
    expect(await stored()).toHaveLength(1);
  });

  test.each([
    ["text/plain;charset=UTF-8"],
    ["text/plain"],
    ["application/json"],
    ["application/json; charset=utf-8"],
    ['Text/Plain; Charset="UTF-8"'],
  ])("is read as %s", async (type) => {
    const { relay } = await start();
    expect(
      await resultsOf(await relay.fetch(request({ events: [event()] }, { "content-type": type }))),
    ).toEqual([ACCEPTED]);
  });
});

/** Requests that are refused whole: their headers, their body, and the reply. */
const REFUSED: readonly (readonly [string, Record<string, string | undefined>, unknown, number, string])[] = [
  [
    "another content type",
    { "content-type": "application/x-www-form-urlencoded" },
    "a=b",
    415,
    "unsupported_media_type",
  ],
  [
    "a multipart form",
    { "content-type": "multipart/form-data; boundary=x" },
    "--x--",
    415,
    "unsupported_media_type",
  ],
  [
    "another charset",
    { "content-type": "text/plain;charset=latin1" },
    { events: [event()] },
    415,
    "unsupported_media_type",
  ],
  ["HTML", { "content-type": "text/html" }, { events: [event()] }, 415, "unsupported_media_type"],
  ["a compressed body", { "content-encoding": "gzip" }, { events: [event()] }, 415, "unsupported_media_type"],
  ["no JSON", {}, "{", 400, "invalid_request"],
  ["an empty body", {}, "", 400, "invalid_request"],
  ["bytes that are no UTF-8", {}, new Uint8Array([0x7b, 0xff, 0x7d]), 400, "invalid_request"],
  [
    "a letter that is cut off at the end",
    {},
    new TextEncoder().encode(`${JSON.stringify({ events: [event()] })}é`).slice(0, -1),
    400,
    "invalid_request",
  ],
  ["null", {}, null, 400, "invalid_request"],
  ["a list", {}, [event()], 400, "invalid_request"],
  ["no events", {}, {}, 400, "invalid_request"],
  ["no list of events", {}, { events: { length: 1, 0: event() } }, 400, "invalid_request"],
  ["an empty list", {}, { events: [] }, 400, "invalid_request"],
  ["a contact beside the events", {}, { events: [event()], user_id: "1" }, 400, "invalid_request"],
  [
    "a prototype beside the events",
    {},
    '{"events":[{"event_name":"a","created_at":1}],"__proto__":{}}',
    400,
    "invalid_request",
  ],
  [
    "an identity that is no text",
    {},
    { events: [event()], identity: { userId: "1" } },
    400,
    "invalid_request",
  ],
  ["an empty identity", {}, { events: [event()], identity: "" }, 400, "invalid_request"],
  ["a huge identity", {}, { events: [event()], identity: "x".repeat(8193) }, 400, "invalid_request"],
  ["a time of sending that is no number", {}, { events: [event()], sent_at: "1" }, 400, "invalid_request"],
  [
    "a time of sending in milliseconds",
    {},
    { events: [event()], sent_at: Date.now() },
    400,
    "invalid_request",
  ],
  ["too many events", {}, { events: Array(101).fill(event()) }, 413, "too_large"],
  ["too many bytes", {}, { events: [event("a", { metadata: { a: "x".repeat(65_536) } })] }, 413, "too_large"],
  ["a nobody", { cookie: undefined }, { events: [event()] }, 401, "unauthorized"],
  ["another origin", { origin: "https://evil.example" }, { events: [event()] }, 403, "forbidden"],
  ["another scheme", { origin: "http://shop.example" }, { events: [event()] }, 403, "forbidden"],
  ["another port", { origin: "https://shop.example:8443" }, { events: [event()] }, 403, "forbidden"],
  ["a subdomain", { origin: "https://www.shop.example" }, { events: [event()] }, 403, "forbidden"],
  [
    "an origin that starts alike",
    { origin: "https://shop.example.evil.example" },
    { events: [event()] },
    403,
    "forbidden",
  ],
  ["the origin null", { origin: "null" }, { events: [event()] }, 403, "forbidden"],
  ["two origins", { origin: `${ORIGIN}, https://evil.example` }, { events: [event()] }, 403, "forbidden"],
  ["a page of another site", { "sec-fetch-site": "cross-site" }, { events: [event()] }, 403, "forbidden"],
  ["a page of the same site", { "sec-fetch-site": "same-site" }, { events: [event()] }, 403, "forbidden"],
  [
    "another site without an origin",
    { origin: undefined, "sec-fetch-site": "cross-site" },
    { events: [event()] },
    403,
    "forbidden",
  ],
  ["no page at all", { origin: undefined }, { events: [event()] }, 403, "forbidden"],
  [
    "another origin that a proxy is said to have seen",
    { origin: "https://evil.example", "x-forwarded-host": "evil.example", forwarded: "host=evil.example" },
    { events: [event()] },
    403,
    "forbidden",
  ],
];

test.each(REFUSED)("%s is refused", async (_, headers, body, status, code) => {
  const { relay, stored } = await start();
  const reply = await relay.fetch(request(body, headers));
  expect(await faultsOfReply(reply)).toEqual([]);
  expect(reply.status).toBe(status);
  expect(await reply.json()).toMatchObject({ error: { code } });
  expect(reply.headers.get("access-control-allow-origin")).toBeNull();
  expect(await stored()).toEqual([]);
});

// Bun and Deno hand such a request over when its Host is none.
test.each(["http://[/", "http://a b/", "/"])("a request whose address is %s is refused", async (url) => {
  const { relay, errors } = await start();
  const reply = await relay.fetch(
    Object.defineProperty(request({ events: [event()] }), "url", { value: url }),
  );
  expect(reply.status).toBe(403);
  expect(errors).toEqual([]);
});

test.each(["GET", "HEAD", "PUT", "PATCH", "DELETE"])("%s is no way to send events", async (method) => {
  const { relay } = await start();
  const reply = await relay.fetch(
    new Request(URL_OF_RELAY, { method, headers: { origin: ORIGIN, cookie: "user=1" } }),
  );
  expect(reply.status).toBe(405);
  expect(reply.headers.get("allow")).toBe("POST, OPTIONS");
  expect(await faultsOfReply(reply)).toEqual([]);
});

test("a request says that it is of the same origin without naming one", async () => {
  const { relay } = await start();
  const headers = { origin: undefined, "sec-fetch-site": "same-origin" };
  expect(await resultsOf(await relay.fetch(request({ events: [event()] }, headers)))).toEqual([ACCEPTED]);
});

// Of beacons from pages with `Referrer-Policy: no-referrer`, Firefox and Safari say only that.
test.each([undefined, [ORIGIN]])(
  "a page that hides its origin may send to that, with origins %j",
  async (origins) => {
    const { relay } = await start({ origins });
    const ask = (site: string | undefined) =>
      relay.fetch(request({ events: [event()] }, { origin: "null", "sec-fetch-site": site }));
    expect(await resultsOf(await ask("same-origin"))).toEqual([ACCEPTED]);
    for (const site of ["same-site", "cross-site", "none", undefined])
      expect((await ask(site)).status).toBe(403);
  },
);

test("programs are let in where the site says so, other pages are not", async () => {
  const { relay } = await start({ allowNonBrowsers: true });
  const body = { events: [event()] };
  expect((await relay.fetch(request(body, { origin: undefined }))).status).toBe(200);
  expect(
    (await relay.fetch(request(body, { origin: undefined, "sec-fetch-site": "cross-site" }))).status,
  ).toBe(403);
  expect((await relay.fetch(request(body, { origin: "https://evil.example" }))).status).toBe(403);
  expect((await relay.fetch(request(body, { origin: "null" }))).status).toBe(403);
});

describe("origins", () => {
  const OTHER = "https://www.example.org";
  const options = { origins: [OTHER] };

  test("a listed one may send and read the reply, also a refusal", async () => {
    const { relay } = await start(options);
    for (const [headers, status] of [
      [{}, 200],
      [{ cookie: undefined }, 401],
    ] as const) {
      const reply = await relay.fetch(
        request({ events: [event()] }, { origin: OTHER, "sec-fetch-site": "cross-site", ...headers }),
      );
      expect(reply.status).toBe(status);
      expect(await faultsOfReply(reply)).toEqual([]);
      expect(reply.headers.get("access-control-allow-origin")).toBe(OTHER);
      expect(reply.headers.get("access-control-allow-credentials")).toBe("true");
      expect(reply.headers.get("access-control-expose-headers")).toBe("Date, Retry-After");
    }
  });

  test.each([
    "capacitor://localhost",
    "tauri://localhost",
    "chrome-extension://aaaabbbbccccddddeeeeffffgggghhhh",
  ])("an app's %s may be listed, and no other of its scheme may send", async (origin) => {
    const { relay } = await start({ origins: [origin] });
    const headers = { origin, "sec-fetch-site": "cross-site" };
    const reply = await relay.fetch(request({ events: [event()] }, headers));
    expect([reply.status, reply.headers.get("access-control-allow-origin")]).toEqual([200, origin]);
    for (const other of [`${origin}x`, "null"]) {
      const body = { events: [event()] };
      expect((await relay.fetch(request(body, { ...headers, origin: other }))).status).toBe(403);
    }
  });

  test("the relay's own one may be listed, and is no other one", async () => {
    const { relay } = await start({ origins: [OTHER, ORIGIN] });
    const reply = await relay.fetch(request({ events: [event()] }));
    expect([reply.status, reply.headers.get("access-control-allow-origin")]).toEqual([200, null]);
  });

  test("the list replaces the request's own origin", async () => {
    const { relay } = await start(options);
    expect((await relay.fetch(request({ events: [event()] }))).status).toBe(403);
  });

  test.each([
    [OTHER, 204],
    ["https://evil.example", 403],
    ["null", 403],
    [undefined, 403],
  ])("a preflight from %s is answered %i", async (origin, status) => {
    const { relay } = await start(options);
    const asked = { "access-control-request-method": "POST", "access-control-request-headers": "x-marker" };
    const headers = origin === undefined ? asked : { ...asked, origin };
    const reply = await relay.fetch(new Request(URL_OF_RELAY, { method: "OPTIONS", headers }));
    expect(reply.status).toBe(status);
    expect(reply.headers.get("vary")).toBe("Origin");
    expect(reply.headers.get("access-control-allow-origin")).toBe(status === 204 ? OTHER : null);
    expect(reply.headers.get("access-control-allow-methods")).toBe(status === 204 ? "POST" : null);
    expect(reply.headers.get("access-control-max-age")).toBe(status === 204 ? "7200" : null);
    expect(JSON.stringify([...reply.headers])).not.toContain("marker");
  });

  test("a page behind a proxy is refused, and the program is told once what to do", async () => {
    const { relay, errors } = await start();
    const headers = { origin: "https://public.example", "sec-fetch-site": "same-origin" };
    for (let i = 0; i < 3; i += 1) {
      expect((await relay.fetch(request({ events: [event()] }, headers))).status).toBe(403);
    }
    expect(errors).toHaveLength(1);
    expect(String(errors[0]?.error)).toContain('"origins"');
  });
});

describe("which events", () => {
  test("names are compared as Intercom does, and sent as listed", async () => {
    const { relay, stored } = await start({ events: ["Placed-order", "viewed.pricing"] });
    const names = ["placed.ORDER", "VIEWED-PRICING", "viewed$pricing ", "placed_order"];
    const results = await resultsOf(await relay.fetch(request({ events: names.map((name) => event(name)) })));
    expect(results).toEqual([ACCEPTED, ACCEPTED, rejected("name_not_allowed"), rejected("name_not_allowed")]);
    const bodies = await stored();
    expect(bodies).toHaveLength(2);
  });

  test.each(["constructor", "__proto__", "toString"])(
    "%s is not listed because objects have it",
    async (name) => {
      const { relay } = await start({ events: { "placed-order": true } });
      expect(await resultsOf(await relay.fetch(request({ events: [event(name)] })))).toEqual([
        rejected("name_not_allowed"),
      ]);
    },
  );

  test.each([
    ["Zod", z.object({ plan: z.enum(["free", "pro"]), seats: z.number().int().optional() })],
    ["Zod, asynchronous", z.object({ plan: z.string().refine(async (plan) => plan !== "odd") })],
    [
      "Valibot",
      object({
        plan: pipe(
          string(),
          transform((plan) => (plan === "odd" ? fail() : plan)),
        ),
      }),
    ],
  ])("a schema of %s checks metadata, and what it makes of it is sent", async (name, schema) => {
    const { relay, stored, errors } = await start({ events: { "chose-plan": schema } });
    const plans = [{ plan: "pro", secret: "x" }, { plan: 7 }, { plan: "odd" }, undefined];
    const events = plans.map((metadata, index) =>
      event("chose-plan", { created_at: seconds() - index, metadata }),
    );
    const results = await resultsOf(await relay.fetch(request({ events })));
    const no = rejected("metadata_not_allowed");
    const odd = name === "Valibot" ? { status: "retry" } : no;
    expect(results).toEqual([ACCEPTED, no, odd, no]);
    expect(errors).toHaveLength(name === "Valibot" ? 1 : 0);
    expect((await stored()).map(({ metadata }) => metadata)).toEqual([{ plan: "pro" }]);
  });

  test("a schema that does not answer has its event come again, and keeps no other waiting for ever", async () => {
    const clock = fakeClock(Date.now());
    const late = promised<{ value: object }>();
    const slow = { "~standard": { version: 1, vendor: "test", validate: () => late.promise } } as const;
    const { relay, errors, stored } = await start({
      clock,
      schemaTimeout: 300,
      events: { slow, quick: true },
    });
    const replying = relay.fetch(request({ events: [event("slow"), event("quick")] }));
    await vi.waitUntil(() => {
      clock.advance(100);
      return errors.length > 0;
    }, 20_000);
    const reply = await replying;
    expect(await faultsOfReply(reply, 2)).toEqual([]);
    expect(await resultsOf(reply)).toEqual([{ status: "retry" }, ACCEPTED]);
    const error = new Error('The schema of "slow" has not answered within 300 ms');
    expect(errors).toEqual([{ error, task: "events" }]);
    late.resolve({ value: {} });
    expect((await stored()).map(({ event_name }) => event_name)).toEqual(["quick"]);
  });

  test("a schema that answers nothing of metadata has its event come again", async () => {
    const nothing = {
      "~standard": { version: 1, vendor: "test", validate: () => ({ value: undefined }) },
    } as const;
    const { relay, errors, stored } = await start({ events: { nothing } });
    const events = [
      event("nothing", { metadata: { plan: "pro" } }),
      event("nothing", { created_at: seconds() - 1 }),
    ];
    expect(await resultsOf(await relay.fetch(request({ events })))).toEqual([{ status: "retry" }, ACCEPTED]);
    const error = new TypeError('The schema of "nothing" must answer metadata, got nothing');
    expect(errors).toEqual([{ error, task: "events" }]);
    expect(await stored()).toHaveLength(1);
  });

  test("a schema sees no event without metadata as wrong that needs none", async () => {
    const schema = z.object({ code: z.string().optional() });
    const { relay, emulator, stored } = await start({ events: { invited: schema } });
    expect(await resultsOf(await relay.fetch(request({ events: [event("invited")] })))).toEqual([ACCEPTED]);
    expect((await stored())[0]?.metadata ?? {}).toEqual({});
    expect(emulator.requests()[0]?.body).not.toContain("metadata");
  });

  test("a schema may make a value of its own", async () => {
    const link = object({
      page: pipe(
        string(),
        url(),
        transform((text) => new URL(text)),
      ),
    });
    const { relay, stored } = await start({ events: { opened: link } });
    const events = [event("opened", { metadata: { page: "https://example.org/a" } })];
    expect(await resultsOf(await relay.fetch(request({ events })))).toEqual([ACCEPTED]);
    expect((await stored())[0]?.metadata).toEqual({ page: "https://example.org/a" });
  });

  test("a schema never sees what Intercom could not show, nor a prototype", async () => {
    const validate = vi.fn((value: unknown) => ({ value }));
    const { relay } = await start({
      events: { a: { "~standard": { version: 1, vendor: "test", validate } } },
    });
    const odd = [
      '{"b":{"c":{"d":1}}}',
      '{"b":[1]}',
      '{"b":null}',
      "[]",
      '"x"',
      '{"__proto__":"x"}',
      '{"b.c":1}',
    ];
    const events = odd.map(
      (metadata) => `{"event_name":"a","created_at":${seconds()},"metadata":${metadata}}`,
    );
    const results = await resultsOf(await relay.fetch(request(`{"events":[${events}]}`)));
    for (const { status } of results) expect(status).toBe("rejected");
    expect(validate).not.toHaveBeenCalled();
  });

  test("times are bounded", async () => {
    const clock = fakeClock();
    const { relay } = await start({ clock, maxAge: 60_000, maxAhead: 5_000 });
    const now = Math.floor(clock.now() / 1000);
    const times = [now, now - 59, now - 61, now + 5, now + 7];
    const events = times.map((created_at, index) => ({ event_name: `a${index}`, created_at }));
    const no = rejected("time_not_allowed");
    expect(await resultsOf(await relay.fetch(request({ events })))).toEqual([
      ACCEPTED,
      ACCEPTED,
      no,
      ACCEPTED,
      no,
    ]);
  });

  test("times are bounded to the millisecond", async () => {
    const clock = fakeClock(); // It is 987 ms after a second.
    const now = Math.floor(clock.now() / 1000);
    const ask = async (created_at: number, maxAge: number, maxAhead: number) => {
      const { relay } = await start({ clock, maxAge, maxAhead });
      return resultsOf(await relay.fetch(request({ events: [{ event_name: "a", created_at }] })));
    };
    const no = rejected("time_not_allowed");
    expect(await ask(now - 60, 60_987, 0)).toEqual([ACCEPTED]);
    expect(await ask(now - 60, 60_986, 0)).toEqual([no]);
    expect(await ask(now + 5, 0, 4013)).toEqual([ACCEPTED]);
    expect(await ask(now + 5, 0, 4012)).toEqual([no]);
  });

  describe("of a page whose clock is wrong", () => {
    const DAY = 86_400;

    /** What is answered and stored of an event that a page tracked some seconds ago, by its clock. */
    async function ask(ahead: number, age: number, options: Partial<RelayOptions> = {}) {
      const clock = fakeClock();
      const now = Math.floor(clock.now() / 1000);
      const { relay, stored } = await start({ clock, ...options });
      const sent_at = now + ahead;
      const events = [event("a", { created_at: sent_at - age })];
      const results = await resultsOf(await relay.fetch(request({ events, sent_at })));
      return { results, late: (await stored()).map(({ created_at }) => now - age - created_at) };
    }

    test.each([
      ["a day ahead", DAY + 1],
      ["two hours ahead", 7199],
      ["at the year 2000", 946_684_800 - 1_700_000_000],
      ["a month behind", -30 * DAY - 1],
    ])("%s, times are corrected to five minutes, and never into the future", async (_, ahead) => {
      const { results, late } = await ask(ahead, 7);
      expect(results).toEqual([ACCEPTED]);
      expect(late).toHaveLength(1);
      expect(late[0]).toBeGreaterThanOrEqual(0);
      expect(late[0]).toBeLessThan(300);
    });

    test.each([
      ["a little, times are as the page has fixed them", 3600, 0, [ACCEPTED], [-3600]],
      ["not at all, an event that is too old stays so", 0, 8 * DAY, [rejected("time_not_allowed")], []],
      ["by a day, an event that is too old stays so", DAY, 8 * DAY, [rejected("time_not_allowed")], []],
    ])("%s", async (_, ahead, age, results, late) => {
      expect(await ask(ahead, age)).toEqual({ results, late });
    });

    test("no time is too far ahead when it is corrected", async () => {
      for (const ahead of [DAY, DAY + 149, DAY + 151, DAY + 299]) {
        expect((await ask(ahead, 0, { maxAhead: 1_000 })).results).toEqual([ACCEPTED]);
      }
    });

    test("what comes again later is stored once", async () => {
      const clock = fakeClock();
      const { relay, stored } = await start({ clock });
      const created_at = Math.floor(clock.now() / 1000) + DAY;
      for (const passed of [1, 5, 60, 600]) {
        clock.advance(passed * 1000);
        const sent_at = Math.floor(clock.now() / 1000) + DAY - (passed % 3);
        const body = {
          events: [event("a", { created_at }), event("b", { created_at: created_at + 1 })],
          sent_at,
        };
        for (const { status } of await resultsOf(await relay.fetch(request(body)))) {
          expect(["accepted", "duplicate"]).toContain(status);
        }
      }
      expect(await stored()).toHaveLength(2);
    });

    test("a body that takes its time changes nothing", async () => {
      const clock = fakeClock();
      const { relay, stored } = await start({ clock });
      const now = Math.floor(clock.now() / 1000);
      const sent_at = now + DAY + 1; // So near to a step that nine seconds more would be another.
      const body = JSON.stringify({ events: [event("a", { created_at: sent_at })], sent_at });
      const stream = new ReadableStream(
        {
          pull(controller) {
            clock.advance(9_000);
            controller.enqueue(new TextEncoder().encode(body));
            controller.close();
          },
        },
        { highWaterMark: 0 },
      );
      await relay.fetch(request("", {}, { body: stream, duplex: "half" } as RequestInit));
      expect(await stored()).toMatchObject([{ created_at: now - 299 }]);
    });
  });

  test("what is as long, as early or as late as the contract allows is taken", async () => {
    const { relay } = await start({ maxAge: 1e15, maxAhead: 1e15 });
    const events = [
      event("x".repeat(255)),
      event("x".repeat(256)),
      event("a", { created_at: 0 }),
      event("a", { created_at: -1 }),
      event("a", { created_at: 99_999_999_999 }),
      event("a", { created_at: 100_000_000_000 }),
    ];
    const no = rejected("invalid_event");
    const reply = await relay.fetch(request({ events, identity: "x".repeat(8192) }));
    expect(await resultsOf(reply)).toEqual([ACCEPTED, no, ACCEPTED, no, ACCEPTED, no]);
  });

  test("keys are bounded", async () => {
    const { relay } = await start({ maxMetadataKeys: 2 });
    const events = [event("a", { metadata: { a: 1, b: 2 } }), event("b", { metadata: { a: 1, b: 2, c: 3 } })];
    expect(await resultsOf(await relay.fetch(request({ events })))).toEqual([
      ACCEPTED,
      rejected("metadata_not_allowed"),
    ]);
  });
});

function fail(): never {
  throw new Error("a schema that fails");
}

describe("who is asking", () => {
  test("identify sees headers, the token and the context, and nothing else of the body", async () => {
    const identify = vi.fn(async (asked: Request) => {
      await expect(asked.text()).rejects.toThrow();
      return { userId: "1" };
    });
    const { relay } = await start({ identify });
    await relay.fetch(request({ events: [event()], identity: "token" }), "context");
    await relay.fetch(request({ events: [event()] }));
    expect(identify.mock.calls.map(([, caller]: unknown[]) => caller)).toEqual([
      { identity: "token", context: "context" },
      { context: undefined },
    ]);
  });

  test.each([[null], [undefined]])("%s is nobody", async (nobody) => {
    const { relay, errors } = await start({ identify: () => nobody });
    expect((await relay.fetch(request({ events: [event()] }))).status).toBe(401);
    expect(errors).toEqual([]);
  });

  test.each([[{ email: "a@example.org" }], [{ id: "lead" }], [{ userId: "1", plan: "x" }]])(
    "%j is a contact",
    async (contact) => {
      const { relay, emulator, client } = await start({ identify: () => contact as { id: string } });
      expect((await relay.fetch(request({ events: [event()] }))).status).toBe(200);
      await client.flush();
      expect(emulator.requests()[0]?.body).not.toContain("plan");
    },
  );

  test.each([
    [{}],
    [{ userId: 1 }],
    [{ userId: "" }],
    [{ userId: "1", email: "a@b.c" }],
    [{ email: "frodo" }],
    ["1"],
    [true],
    [new Error("x")],
  ])("%j is none, which the program is told", async (answer) => {
    const { relay, errors, stored } = await start({ identify: () => answer as never });
    const reply = await relay.fetch(request({ events: [event()] }));
    expect(reply.status).toBe(503);
    expect(await faultsOfReply(reply)).toEqual([]);
    expect(errors).toEqual([{ error: expect.any(TypeError), task: "identify" }]);
    expect(await stored()).toEqual([]);
  });

  test.each([
    [{ userId: undefined }, "userId: undefined, email: undefined, id: undefined"],
    [{ userId: 314159 }, "userId: number, email: undefined, id: undefined"],
    [{ email: "frodo" }, "userId: undefined, email: string, id: undefined"],
    [{ userId: "1", id: "2" }, "userId: string, email: undefined, id: string"],
  ])("of %j the program is told what should be there, and what was", async (answer, got) => {
    const { relay, errors } = await start({ identify: () => answer as never });
    await relay.fetch(request({ events: [event()] }));
    const error = new TypeError(
      `"identify" must answer null for nobody or one of { userId }, { email } and { id }, a text that is not blank, with an "@" in an email, got ${got}`,
    );
    expect(errors).toEqual([{ error, task: "identify" }]);
  });

  test.each([
    ["throws", () => fail()],
    ["rejects", () => Promise.reject(new Error("a schema that fails"))],
  ])("when identify %s, the page learns nothing and the program does", async (_, identify) => {
    const { relay, errors } = await start({ identify });
    const reply = await relay.fetch(request({ events: [event()] }));
    expect(reply.status).toBe(503);
    expect(await faultsOfReply(reply)).toEqual([]);
    expect(await reply.text()).not.toContain("schema");
    expect(errors).toEqual([{ error: new Error("a schema that fails"), task: "identify" }]);
  });

  test("an identify that does not answer is given up, and what it says later changes nothing", async () => {
    const clock = fakeClock(Date.now());
    const late = promised<{ userId: string }>();
    const identify = vi.fn(() => late.promise);
    const { relay, errors, stored } = await start({ clock, identify });
    const replying = relay.fetch(request({ events: [event()] }));
    await vi.waitUntil(() => identify.mock.calls.length > 0, 20_000);
    clock.advance(4_999);
    expect(errors).toEqual([]);
    clock.advance(1);
    const reply = await replying;
    expect(reply.status).toBe(503);
    expect(reply.headers.get("retry-after")).toBe("10");
    expect(await faultsOfReply(reply)).toEqual([]);
    const error = new Error('"identify" has not answered within 5000 ms');
    expect(errors).toEqual([{ error, task: "identify" }]);
    late.resolve({ userId: "1" });
    expect(await stored()).toEqual([]);
    expect(clock.timers()).toBe(0);
  });

  test("an identify that answers in time leaves no timer behind", async () => {
    const clock = fakeClock(Date.now());
    const { relay } = await start({ clock, waitFor: "outcome" });
    expect((await relay.fetch(request({ events: [event()] }))).status).toBe(200);
    expect(clock.timers()).toBe(0);
  });

  test("a request of node:http, which is none of the web, is answered and told", async () => {
    const { relay, errors } = await start({});
    const reply = await relay.fetch({ method: "POST", headers: { host: "shop.example" } } as never);
    expect(reply.status).toBe(503);
    expect(errors).toEqual([
      {
        error: new TypeError("It is no request of the web; toNodeHandler makes one of those of node:http"),
        task: "request",
      },
    ]);
    for (const none of [undefined, null, {}]) expect((await relay.fetch(none as never)).status).toBe(503);
  });

  test("without onError, the first failure is one console.warn", async () => {
    const warn = vi.spyOn(console, "warn").mockImplementation(() => undefined);
    const { relay } = await start({ identify: fail, onError: undefined });
    for (let i = 0; i < 3; i += 1) await relay.fetch(request({ events: [event()] }));
    expect(warn).toHaveBeenCalledTimes(1);
  });

  test.each([
    ["throws", fail],
    ["rejects", async () => fail()],
  ])("an onError that %s changes nothing", async (_, onError) => {
    const { relay } = await start({ identify: fail, onError });
    expect((await relay.fetch(request({ events: [event()] }))).status).toBe(503);
  });
});

describe("what is answered", () => {
  const outcome = { waitFor: "outcome" } as const;
  const once = { retry: { attempts: 1, holdContact: 0 } };

  test.each([
    [202, ACCEPTED],
    [404, rejected("contact_not_found")],
    [422, rejected("refused")],
    [500, { status: "retry" }],
    [503, { status: "retry" }],
  ])("%i by Intercom is told where the relay waits for it", async (status, result) => {
    const { relay, emulator } = await start(outcome, once);
    if (status !== 202) emulator.setFaults([{ status }]);
    expect(await resultsOf(await relay.fetch(request({ events: [event()] })))).toEqual([result]);
  });

  test("an event without an outcome in time may come again, and is stored once", async () => {
    const { relay, emulator, client, stored } = await start({ ...outcome, answerTimeout: 30 });
    emulator.setFaults([{ status: 401, times: 1 }]);
    const events = [event()];
    const send = async () => (await resultsOf(await relay.fetch(request({ events }))))[0]?.status;
    expect(await send()).toBe("retry");
    expect(await send()).toBe("retry");
    client.resume();
    await vi.waitUntil(async () => (await send()) === "duplicate", 20_000);
    expect(await stored()).toHaveLength(1);
  });

  test("a full queue is told, and the event may come again", async () => {
    const { relay, emulator } = await start({}, { queue: { maxEvents: 1 } });
    emulator.setFaults([{ delayMs: 200 }]);
    const results = await resultsOf(await relay.fetch(request({ events: [event("a"), event("b")] })));
    expect(results).toEqual([ACCEPTED, { status: "retry", code: "not_stored" }]);
  });

  test.each([
    ["drop", { status: "retry", code: "not_stored" }],
    ["memory", ACCEPTED],
  ] as const)(
    "an outbox that fails is told, unless memory stands in for it: %s",
    async (outboxFallback, result) => {
      const { outbox, fail: failing } = faultyOutbox(createMemoryStore());
      failing("append", new Error("no disk"));
      const { relay, emulator } = await start({}, { outbox, outboxFallback });
      emulator.setFaults([{ status: 401 }]); // So that there is no outcome.
      expect(await resultsOf(await relay.fetch(request({ events: [event()] })))).toEqual([result]);
    },
  );

  test("what is in memory for want of a disk is answered at once", async () => {
    const clock = fakeClock(Date.now());
    const { outbox, fail: failing } = faultyOutbox(createMemoryStore());
    failing("append", new Error("no disk"));
    const { relay, emulator } = await start({ clock }, { outbox, outboxFallback: "memory" });
    emulator.setFaults([{ status: 401 }]); // So that there is no outcome.
    const replying = relay.fetch(request({ events: [event()] }));
    await vi.waitUntil(() => clock.timers() === 2, 20_000); // That of the answer, and one that is due.
    clock.advance(0);
    expect(clock.timers()).toBe(1);
    expect(await resultsOf(await replying)).toEqual([ACCEPTED]);
  });

  test("a closed client has the event come again", async () => {
    const { relay, client } = await start();
    await client.close();
    expect(await resultsOf(await relay.fetch(request({ events: [event()] })))).toEqual([{ status: "retry" }]);
  });

  test("a caller who sends too much waits, others do not", async () => {
    const clock = fakeClock(Date.now());
    const { relay, stored } = await start({ clock, maxEvents: 2, rate: { events: 4, window: 60_000 } });
    const send = (user: string, name: string) =>
      relay.fetch(request({ events: [event(`${name}1`), event(`${name}2`)] }, { cookie: `user=${user}` }));
    expect((await send("1", "a")).status).toBe(200);
    expect((await send("1", "b")).status).toBe(200);
    const reply = await send("1", "c");
    expect(reply.status).toBe(429);
    expect(await faultsOfReply(reply)).toEqual([]);
    expect(reply.headers.get("retry-after")).toBe("30");
    expect((await send("2", "d")).status).toBe(200);
    clock.advance(1);
    expect((await send("1", "c")).headers.get("retry-after")).toBe("30"); // 29 seconds would be too soon.
    clock.advance(30_000);
    expect((await send("1", "e")).status).toBe(200);
    expect(await stored()).toHaveLength(8);
  });

  test("a caller is one however the address is spelled, and another one where an id is of another kind", async () => {
    const contacts = [{ email: "A@example.org" }, { email: "a@example.org" }, { userId: "1" }, { id: "1" }];
    const left = [...contacts];
    const { relay } = await start({
      identify: () => left.shift() as { id: string },
      maxEvents: 1,
      rate: { events: 1, window: 60_000 },
    });
    const statuses: number[] = [];
    for (const _ of contacts) statuses.push((await relay.fetch(request({ events: [event()] }))).status);
    expect(statuses).toEqual([200, 429, 200, 200]);
  });

  test("nothing of a request reaches Intercom but its events", async () => {
    const { relay, emulator, stored } = await start();
    const headers = { cookie: "user=1; secret=marker", authorization: "Bearer marker", "x-marker": "marker" };
    await relay.fetch(request({ events: [event()], identity: "marker" }, headers));
    await stored();
    expect(emulator.requests()).toHaveLength(1);
    expect(JSON.stringify(emulator.requests())).not.toContain("marker");
    expect(JSON.stringify(emulator.requests())).not.toContain("cookie");
  });
});

describe("options", () => {
  const client = { track: () => fail(), contact: () => undefined };
  const good = { client, identify: () => null, events: ["a"] };
  test.each<[string, object]>([
    ['"options" must be an object', undefined as never],
    ['"client" must be a server client', { ...good, client: undefined }],
    ['"client" must be a server client', { ...good, client: { track: () => fail() } }],
    ['"identify" must be a function', { ...good, identify: { userId: "1" } }],
    ['"events" must be a list of names', { ...good, events: undefined }],
    ['"events" must be a list of names', { ...good, events: "all" }],
    ['"events" must be a list of names', { ...good, events: [] }],
    ['"events" must be a list of names', { ...good, events: {} }],
    ['"events" must be a list of names', { ...good, events: new Set(["a"]) }],
    ['"events" must be a list of names', { ...good, events: new Map([["a", true]]) }],
    ['"events[1]" must be a name', { ...good, events: ["a", " "] }],
    ['"events[1]" must be a name of 1 to 255', { ...good, events: ["a", "x".repeat(256)] }],
    [
      '"events[1]" must be a name that Intercom does not take for another',
      { ...good, events: ["a.b", "A-b"] },
    ],
    ['"events["a"]" must be true, or a Standard Schema', { ...good, events: { a: {} } }],
    ['"origins" must be a list of origins', { ...good, origins: "https://a.example" }],
    [
      '"origins[0]" must be an origin such as "https://www.example.org", without a path or "*"',
      { ...good, origins: [undefined] },
    ],
    [
      '"origins[0]" must be an origin as browsers send it, "https://a.example"',
      { ...good, origins: ["https://a.example/"] },
    ],
    [
      '"origins[0]" must be an origin as browsers send it, "https://xn--bcher-kva.example"',
      { ...good, origins: ["https://b\u00fccher.example"] },
    ],
    [
      '"origins[0]" must be an origin as browsers send it, "https://a.example"',
      { ...good, origins: ["https://A.example:443"] },
    ],
    ['"origins[0]" must be an origin', { ...good, origins: ["*"] }],
    ['"origins[0]" must be an origin', { ...good, origins: ["https://*.a.example"] }],
    ['"origins[0]" must be an origin', { ...good, origins: ["null"] }],
    ['"origins[0]" must be an origin', { ...good, origins: ["file:///"] }],
    ['"origins[0]" must be an origin', { ...good, origins: ["capacitor://localhost/"] }],
    ['"origins[0]" must be an origin', { ...good, origins: ["data:text/plain,"] }],
    ['"maxBytes" must be a whole number of at least 1', { ...good, maxBytes: 0 }],
    ['"maxEvents" must be a whole number of at least 1 and at most 100', { ...good, maxEvents: 101 }],
    ['"waitFor" must be "stored" or "outcome"', { ...good, waitFor: "sent" }],
    ['"identifyTimeout" must be a whole number of at least 1', { ...good, identifyTimeout: 0 }],
    ['"schemaTimeout" must be a whole number of at least 1', { ...good, schemaTimeout: "5s" }],
    ['"bodyTimeout" must be', { ...good, bodyTimeout: Number.POSITIVE_INFINITY }],
    ['"rate" must be', { ...good, rate: true }],
    ['"rate" must be', { ...good, rate: [100] }],
    ['"rate" must be', { ...good, rate: new Map() }],
    ['"clock" must be a clock', { ...good, clock: { now: Date.now } }],
    [
      '"rate.events" must be a whole number of at least 100, which is "maxEvents", got 99',
      { ...good, rate: { events: 99 } },
    ],
    ['"rate.perMinute" must be left out', { ...good, rate: { perMinute: 9 } }],
    ['"allowedOrigins" must be left out', { ...good, allowedOrigins: [] }],
  ])("%s", (message, options) => {
    expect(() => createRelay(options as RelayOptions)).toThrow(`Cannot create relay: ${message}`);
  });

  test("a name may be as long as Intercom takes it", () => {
    expect(() => createRelay({ ...good, events: ["x".repeat(255)] })).not.toThrow();
  });
});
