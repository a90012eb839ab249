import { describe, expect, test } from "vitest";
import type { SentRequest } from "../tests/scripted-transport.ts";
import { startClient, TOKEN, turn } from "../tests/start-client.ts";
import { IntercomError } from "./index.ts";

const USER = { userId: "314159" } as const;

function listed(name: string): object {
  return {
    type: "event",
    id: `id-${name}`,
    event_name: name,
    created_at: 1_700_000_000,
    user_id: "314159",
    metadata: { plan: "pro", paid_date: 1_700_000_000 },
  };
}

function page(events: unknown, next?: unknown): string {
  return JSON.stringify({ type: "event.list", events, pages: { next } });
}

/** A client whose requests are answered with one text after the other, and then with 500. */
function startWith(...replies: string[]) {
  return startClient({}, (request: SentRequest) => {
    const body = replies.shift();
    request.reply(body === undefined ? 500 : 200, body);
  });
}

async function namesOf(events: AsyncIterable<{ eventName: string }>): Promise<string[]> {
  const names: string[] = [];
  for await (const { eventName } of events) names.push(eventName);
  return names;
}

/** What reading fails with. */
async function failureOf(read: Promise<unknown>): Promise<unknown> {
  return read.then(
    () => expect.unreachable(),
    (error: unknown) => error,
  );
}

test("once the client is closed, reads fail and send nothing", async () => {
  const { client, intercom } = startWith(page([]));
  await client.close();
  const reads = {
    "list events": namesOf(client.events(USER)),
    "list event summaries": client.summaries(USER),
    "create an event summary": client.createSummary({ ...USER, eventName: "a", count: 1, first: 1, last: 1 }),
  };
  for (const [action, read] of Object.entries(reads)) {
    const error = await failureOf(read);
    expect(error).toBeInstanceOf(IntercomError);
    expect(error).toMatchObject({
      message: `Cannot ${action}: no reply (the client is closed)`,
      verdict: { kind: "unreachable" },
    });
  }
  expect(intercom.sent).toEqual([]);
});

describe("events", () => {
  test("are read as Intercom meant them", async () => {
    const { client, intercom } = startWith(
      page([
        {
          type: "event",
          id: "a",
          event_name: "first",
          created_at: 1_700_000_000,
          email: "frodo.baggins@example.com",
          intercom_user_id: "63a0979a5eeebeaf28dd56ba",
          user_id: null,
          metadata: {
            order_date: 1_392_036_272,
            price: { amount: 34_999, currency: "eur" },
            order: { url: "https://example.org/1", value: "1" },
          },
        },
        { type: "event", id: "b", event_name: "second", created_at: 0, user_id: "314159", metadata: null },
        { type: "event", id: "c", event_name: "third", created_at: 1 },
      ]),
    );
    const events = [];
    for await (const event of client.events(USER)) events.push(event);
    expect(events).toStrictEqual([
      {
        id: "a",
        eventName: "first",
        createdAt: new Date(1_700_000_000_000),
        email: "frodo.baggins@example.com",
        intercomUserId: "63a0979a5eeebeaf28dd56ba",
        metadata: {
          order_date: { type: "date", value: new Date(1_392_036_272_000) },
          price: { type: "monetary_amount", amount: 34_999, currency: "eur" },
          order: { type: "rich_link", url: "https://example.org/1", value: "1" },
        },
      },
      { id: "b", eventName: "second", createdAt: new Date(0), userId: "314159", metadata: {} },
      { id: "c", eventName: "third", createdAt: new Date(1000), metadata: {} },
    ]);
    expect(intercom.sent).toHaveLength(1);
    expect(intercom.sent[0]).toMatchObject({
      method: "GET",
      url: "https://api.intercom.io/events?type=user&user_id=314159&per_page=50",
    });
    expect(intercom.sent[0]?.headers).not.toHaveProperty("content-type");
    expect(intercom.sent[0]).not.toHaveProperty("body");
  });

  test("hold what they held, also where a short token is part of it", async () => {
    const { client } = startClient({ token: "test" }, (request) =>
      request.reply(200, page([{ ...listed("test-started"), metadata: { plan: "test" } }])),
    );
    const events = [];
    for await (const event of client.events(USER)) events.push(event);
    expect(events).toMatchObject([
      { eventName: "test-started", metadata: { plan: { type: "string", value: "test" } } },
    ]);
  });

  test.each([
    [{ userId: "a&b=c d" }, "user_id=a%26b%3Dc%20d"],
    [{ email: "frodo+baggins@example.com" }, "email=frodo%2Bbaggins%40example.com"],
    [{ id: "63a0979a5eeebeaf28dd56ba" }, "intercom_user_id=63a0979a5eeebeaf28dd56ba"],
  ])("of %o are asked for by name", async (contact, query) => {
    const { client, intercom } = startWith(page([]));
    await namesOf(client.events(contact as never, { perPage: 7 }));
    expect(intercom.sent[0]?.url).toBe(`https://api.intercom.io/events?type=user&${query}&per_page=7`);
  });

  test("are fetched as they are read, page by page", async () => {
    const { client, intercom } = startWith(
      page([listed("a"), listed("b")], "https://api.intercom.io/events?before=1"),
      page([], "https://api.intercom.io/events?before=2#fragment"),
      page([listed("c")], null),
    );
    const events = client.events(USER);
    await turn();
    expect(intercom.sent).toHaveLength(0);
    const iterator = events[Symbol.asyncIterator]();
    expect((await iterator.next()).value.eventName).toBe("a");
    expect((await iterator.next()).value.eventName).toBe("b");
    expect(intercom.sent).toHaveLength(1);
    expect((await iterator.next()).value.eventName).toBe("c");
    expect(await iterator.next()).toEqual({ value: undefined, done: true });
    expect(intercom.sent.map(({ url }) => url)).toEqual([
      "https://api.intercom.io/events?type=user&user_id=314159&per_page=50",
      "https://api.intercom.io/events?before=1",
      "https://api.intercom.io/events?before=2",
    ]);
  });

  test("a reader that stops asks for no further page", async () => {
    const { client, intercom } = startWith(page([listed("a")], "https://api.intercom.io/events?before=1"));
    for await (const { eventName } of client.events(USER)) {
      expect(eventName).toBe("a");
      break;
    }
    await turn();
    expect(intercom.sent).toHaveLength(1);
  });

  test.each([
    "https://evil.example/events?before=1",
    "http://api.intercom.io/events?before=1",
    "//evil.example/events?before=1",
    "https://evil.example/contacts/1?before=1",
    "https://api.intercom.io@evil.example/?before=1",
    "javascript:alert(1)?before=1",
    "?before=1",
  ])("a next page at %o is asked for at home", async (next) => {
    const { client, intercom } = startWith(page([listed("a")], next), page([listed("b")]));
    expect(await namesOf(client.events(USER))).toEqual(["a", "b"]);
    expect(intercom.sent[1]?.url).toBe("https://api.intercom.io/events?before=1");
    expect(intercom.sent[1]?.headers.authorization).toBe(`Bearer ${TOKEN}`);
  });

  test("a next page cannot leave the query", async () => {
    const { client, intercom } = startWith(
      page([listed("a")], "https://x/events?a=1?@evil.example/\\..//#x"),
      page([]),
    );
    await namesOf(client.events(USER));
    const { origin, pathname } = new URL(intercom.sent[1]?.url ?? "");
    expect([origin, pathname]).toEqual(["https://api.intercom.io", "/events"]);
  });

  test.each([
    null,
    "",
    "https://api.intercom.io/events",
    "https://api.intercom.io/events#?before=1",
    5,
    true,
    {},
    ["?before=1"],
  ])("a next page that is %o is none", async (next) => {
    const { client, intercom } = startWith(page([listed("a")], next));
    expect(await namesOf(client.events(USER))).toEqual(["a"]);
    expect(intercom.sent).toHaveLength(1);
  });

  test.each([undefined, null, "?before=1", 5, []])("pages that are %o are none", async (pages) => {
    const { client } = startWith(JSON.stringify({ type: "event.list", events: [listed("a")], pages }));
    expect(await namesOf(client.events(USER))).toEqual(["a"]);
  });

  test("what was read before a failure stays read", async () => {
    const { client } = startWith(page([listed("a")], "?before=1"));
    const names: string[] = [];
    const reading = async () => {
      for await (const { eventName } of client.events(USER)) names.push(eventName);
    };
    expect(await failureOf(reading())).toBeInstanceOf(IntercomError);
    expect(names).toEqual(["a"]);
  });
});

describe("a reply that is not what was asked for is an IntercomError", () => {
  const bodies = [
    "",
    " ",
    "null",
    "5",
    '"event.list"',
    "[]",
    "{",
    "<html>",
    '{"type":"event.list"}',
    '{"type":"event.list","events":null}',
    '{"type":"event.list","events":{"length":1}}',
    '{"type":"event","events":[]}',
    '{"type":"event.list","events":[null]}',
    '{"type":"event.list","events":[5]}',
    '{"type":"event.list","events":["a"]}',
    '{"type":"event.list","events":[{"id":"a","event_name":"a"}]}',
    '{"type":"event.list","events":[{"id":"a","event_name":"a","created_at":"soon"}]}',
    '{"type":"event.list","events":[{"id":"a","event_name":"a","created_at":null}]}',
    '{"type":"event.list","events":[{"id":"a","created_at":5}]}',
    '{"type":"event.list","events":[{"event_name":"a","created_at":5}]}',
    '{"type":"event.summary","events":[]}',
  ];

  test.each(bodies)("events: %s", async (body) => {
    const { client } = startWith(body);
    const error = await failureOf(namesOf(client.events(USER)));
    expect(error).toBeInstanceOf(IntercomError);
    expect(error).toMatchObject({
      name: "IntercomError",
      message:
        "Cannot list events: server_error (200: the reply is no event.list as the API reference has it)",
      verdict: {
        kind: "server_error",
        status: 200,
        errors: [],
        message: "the reply is no event.list as the API reference has it",
      },
    });
  });

  test.each([
    "",
    "{",
    page([]),
    '{"type":"event.summary","events":[null]}',
    '{"type":"event.summary","events":[{"name":"a","count":1}]}',
    '{"type":"event.summary","events":[{"name":"a","count":1,"first":"never","last":"never"}]}',
    '{"type":"event.summary","events":[{"name":"a","count":0,"first":null,"last":null}]}',
  ])("summaries: %s", async (body) => {
    const { client } = startWith(body);
    const error = await failureOf(client.summaries(USER));
    expect(error).toBeInstanceOf(IntercomError);
    expect(error).toMatchObject({
      message:
        "Cannot list event summaries: server_error (200: the reply is no event.summary as the API reference has it)",
      verdict: { message: "the reply is no event.summary as the API reference has it" },
    });
  });
});

test("pages that lead back to one that was read come to an end", async () => {
  const { client, intercom } = startWith(
    page([listed("a")], "https://example.org/events?before=1"),
    page([listed("b")], "https://example.org/events?before=2"),
    page([listed("c")], "https://example.org/events?before=1"),
    page([listed("d")], "https://example.org/events?before=2"),
  );
  const names: string[] = [];
  const reading = (async () => {
    for await (const { eventName } of client.events(USER)) names.push(eventName);
  })();
  expect(await failureOf(reading)).toMatchObject({
    name: "IntercomError",
    message: "Cannot list events: server_error (200: pages.next leads back to a page that was read)",
  });
  expect(names).toEqual(["a", "b", "c"]);
  expect(intercom.sent).toHaveLength(3);
});

describe("a call that fails", () => {
  const errors = JSON.stringify({
    type: "error.list",
    request_id: "req-1",
    errors: [{ code: "not_found", message: "User Not Found" }],
  });

  test.each([
    [401, "unauthorized"],
    [403, "forbidden"],
    [404, "contact_not_found"],
    [422, "invalid_request"],
    [429, "rate_limited"],
    [503, "server_error"],
    [307, "server_error"],
  ])("with %i is %s, for each call", async (status, kind) => {
    const { client } = startClient({}, (request) => request.reply(status, errors));
    const calls: [action: string, call: Promise<unknown>][] = [
      ["list events", namesOf(client.events(USER))],
      ["list event summaries", client.summaries(USER)],
      [
        "create an event summary",
        client.createSummary({ ...USER, eventName: "logged-in", count: 1, first: 1, last: 2 }),
      ],
    ];
    for (const [action, call] of calls) {
      const error = await failureOf(call);
      expect(error).toBeInstanceOf(IntercomError);
      const said = `${kind} (${status} not_found: User Not Found, request req-1)`;
      expect(error).toMatchObject({ message: `Cannot ${action}: ${said}`, verdict: { kind, status } });
      expect(error).not.toHaveProperty("cause");
    }
  });

  test("by a reset names its cause", async () => {
    const cause = new Error("reset");
    const { client } = startClient({}, (request) => request.fail(cause));
    const error = await failureOf(client.summaries(USER));
    expect(error).toMatchObject({
      message: "Cannot list event summaries: no reply (reset)",
      verdict: { kind: "unreachable" },
    });
    expect((error as Error).cause).toMatchObject({ name: "Error", message: "reset" });
  });

  test("by the end of its time", async () => {
    const { client, clock, intercom } = startClient({ timeout: 500 });
    const summaries = failureOf(client.summaries(USER));
    await turn();
    expect(intercom.sent[0]?.signal.aborted).toBe(false);
    clock.advance(500);
    expect(await summaries).toMatchObject({
      message: "Cannot list event summaries: no reply in time",
      verdict: { kind: "timeout" },
    });
    expect(intercom.sent[0]?.signal.aborted).toBe(true);
    expect(clock.timers()).toBe(0);
  });

  test("leaves the counts of events alone", async () => {
    const { client, warnings } = startWith();
    await failureOf(client.summaries(USER));
    expect(client.stats()).toMatchObject({ tracked: 0, rejected: 0, pending: 0, rejectedByVerdict: {} });
    expect(warnings).toEqual([]);
  });
});

describe("summaries", () => {
  test("are asked for and read", async () => {
    const { client, intercom } = startWith(
      JSON.stringify({
        type: "event.summary",
        events: [
          {
            name: "logged-in",
            first: "2014-01-16T23:12:21.000+00:00",
            last: "2014-01-16T23:12:22.000+00:00",
            count: 2,
            description: "Logs in",
          },
          {
            name: "b",
            first: "2014-01-16T23:12:21Z",
            last: "2014-01-16T23:12:21Z",
            count: 1,
            description: null,
          },
        ],
      }),
    );
    expect(await client.summaries({ email: "a@example.org" })).toStrictEqual([
      {
        eventName: "logged-in",
        count: 2,
        first: new Date(1_389_913_941_000),
        last: new Date(1_389_913_942_000),
        description: "Logs in",
      },
      { eventName: "b", count: 1, first: new Date(1_389_913_941_000), last: new Date(1_389_913_941_000) },
    ]);
    expect(intercom.sent[0]?.url).toBe(
      "https://api.intercom.io/events?type=user&email=a%40example.org&summary=true",
    );
  });

  test.each([0, 3])("are created with the count %d", async (count) => {
    const { client, intercom } = startWith("");
    const summary = {
      ...USER,
      eventName: "logged-in",
      count,
      first: new Date(1_999),
      last: 1_700_000_000,
    };
    expect(await client.createSummary(summary)).toBe(undefined);
    expect(intercom.sent[0]).toMatchObject({
      method: "POST",
      url: "https://api.intercom.io/events/summaries",
      headers: { "content-type": "application/json", authorization: `Bearer ${TOKEN}` },
    });
    expect(JSON.parse(intercom.sent[0]?.body ?? "")).toEqual({
      user_id: "314159",
      event_summaries: { event_name: "logged-in", count, first: 1, last: 1_700_000_000 },
    });
  });

  test("has no half of a character, as the name of its events has none", async () => {
    const { client, intercom } = startClient({}, (request) => request.reply(200));
    const eventName = "party 🎉".slice(0, 7);
    await client.createSummary({ ...USER, eventName, count: 1, first: 1, last: 1 });
    expect(intercom.sent[0]?.body).toContain('"event_name":"party \ufffd"');
  });
});

describe("arguments that are wrong are a TypeError that names them, before anything is sent", () => {
  const OBJECT = /contact must be an object such as \{ userId \}, got (?:undefined|null|number 5|"314159")/;
  const ONE = /named by .*userId, email and id/;

  test.each([
    [undefined, OBJECT],
    [null, OBJECT],
    [5, OBJECT],
    ["314159", OBJECT],
    [{}, ONE],
    [{ userId: "1", email: "a@example.org" }, /named by .*userId, email and id, got userId and email/],
    [{ userId: "" }, /userId must/],
    [{ userId: 5 }, /userId must .*5/],
    [{ email: "frodo" }, /email must .*frodo/],
    [{ id: null }, /\bid must .*null/],
  ])("the contact %o", async (contact, message) => {
    const { client, intercom } = startClient();
    const thrown = await failureOf((async () => client.events(contact as never))());
    const rejected = await failureOf(client.summaries(contact as never));
    expect([thrown, rejected]).toEqual([expect.any(TypeError), expect.any(TypeError)]);
    expect(String(thrown)).toMatch(new RegExp(`^TypeError: Cannot list events: .*${message.source}`));
    expect(String(rejected)).toMatch(
      new RegExp(`^TypeError: Cannot list event summaries: .*${message.source}`),
    );
    expect(() => client.events(contact as never)).toThrow();
    await turn();
    expect(intercom.sent).toHaveLength(0);
  });

  test.each([
    [0, "number 0"],
    [-1, "number -1"],
    [1.5, "number 1.5"],
    [Number.NaN, "number NaN"],
    [Number.POSITIVE_INFINITY, "number Infinity"],
    ["50", '"50"'],
    [null, "null"],
    [Object.create(null), "an object (Object)"],
  ])("perPage %o", (perPage, found) => {
    const { client } = startClient();
    expect(() => client.events(USER, { perPage: perPage as never })).toThrow(
      new TypeError(`Cannot list events: "perPage" must be a positive integer, got ${found}`),
    );
  });

  const good = { userId: "1", eventName: "a", count: 1, first: 1, last: 2 };
  test.each([
    [{ ...good, userId: undefined }, /userId must be a non-blank string, got undefined$/],
    // Intercom takes no other here, so none is asked for.
    [{ ...good, userId: undefined, email: "frodo@example.com" }, /userId must be a non-blank string/],
    [{ ...good, userId: " " }, /userId must/],
    [{ ...good, eventName: undefined }, /eventName must/],
    [{ ...good, eventName: "" }, /eventName must/],
    [{ ...good, eventName: 5 }, /eventName must .*5/],
    [{ ...good, first: "2014" }, /first must .*"2014"/],
    [{ ...good, first: -1 }, /first must .*-1/],
    [{ ...good, last: undefined }, /last must .*undefined/],
    [{ ...good, last: new Date(Number.NaN) }, /last must/],
    [{ ...good, first: 3 }, /last must be no earlier than first, got number 2$/],
    [
      { ...good, first: new Date(2999), last: new Date(1999) },
      /last must be no earlier than first, got number 1$/,
    ],
    [{ ...good, count: -1 }, /count must be a whole number that is not negative, got number -1$/],
    [{ ...good, count: 1.5 }, /count must be a whole number that is not negative, got number 1.5$/],
    [{ ...good, count: "1" }, /count must be a whole number that is not negative, got "1"$/],
    [{ ...good, eventName: "", first: "x", count: -1 }, /eventName must .*; first must .*; count must/],
  ])("the summary %o", async (summary, message) => {
    const { client, intercom } = startClient();
    const error = await failureOf(client.createSummary(summary as never));
    expect(error).toBeInstanceOf(TypeError);
    expect(String(error)).toMatch(
      new RegExp(`^TypeError: Cannot create an event summary: .*${message.source}`),
    );
    expect(intercom.sent).toHaveLength(0);
  });

  test.each([null, undefined, 5, "a", []])("the summary %o as a whole", async (summary) => {
    const { client } = startClient();
    const error = await failureOf(client.createSummary(summary as never));
    expect(String(error)).toMatch(/^TypeError: Cannot create an event summary: .*userId must/);
  });
});
