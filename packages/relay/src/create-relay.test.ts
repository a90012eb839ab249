import { createMemoryStore } from "@intercom-events/core";
import { describe, expect, test, vi } from "vitest";
import { fakeClock } from "../../core/tests/fake-clock.ts";
import { faultyOutbox } from "../../core/tests/faulty-outbox.ts";
import { faultsOfReply } from "../test/contract.ts";
import { event, ORIGIN, request, resultsOf, seconds, start, URL_OF_RELAY } from "../test/start-relay.ts";

const ACCEPTED = { status: "accepted" };
const rejected = (code: string) => ({ status: "rejected", code });

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
  ["a time of sending before 1970", {}, { events: [event()], sent_at: -1 }, 400, "invalid_request"],
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

  test("what the client holds is accepted at once, though Intercom has not answered", async () => {
    const clock = fakeClock(Date.now()); // It stands still, so nothing is waited for.
    const { relay, emulator } = await start({ clock });
    emulator.setFaults([{ status: 401 }]); // So that there is no outcome.
    expect(await resultsOf(await relay.fetch(request({ events: [event()] })))).toEqual([ACCEPTED]);
  });

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

  test("a caller is one however the address is spelled, and another one where an id is spelled otherwise or of another kind", async () => {
    const contacts = [
      { email: "A@example.org" },
      { email: "a@example.org" },
      { userId: "a" },
      { userId: "A" },
      { id: "a" },
    ];
    const left = [...contacts];
    const { relay } = await start({
      identify: () => left.shift() as { id: string },
      maxEvents: 1,
      rate: { events: 1, window: 60_000 },
    });
    const statuses: number[] = [];
    for (const _ of contacts) statuses.push((await relay.fetch(request({ events: [event()] }))).status);
    expect(statuses).toEqual([200, 429, 200, 200, 200]);
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
