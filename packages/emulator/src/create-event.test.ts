import { expect, test } from "vitest";
import { createBench, event, refusalOf, second } from "../test/emulator-bench.ts";

test("an event is answered with an empty 202 and stored", async () => {
  const { post, emulator } = createBench();
  const reply = await post(event({ metadata: { items: 3, price: { amount: 2999, currency: "usd" } } }));
  expect([reply.status, await reply.text(), reply.headers.get("content-type")]).toEqual([202, "", null]);
  expect(emulator.events()).toEqual([
    {
      type: "event",
      id: expect.stringMatching(/^[0-9a-f-]{36}$/),
      event_name: "placed-order",
      created_at: second,
      user_id: "314159",
      intercom_user_id: expect.stringMatching(/^[0-9a-f]{24}$/),
      metadata: { items: 3, price: { amount: 2999, currency: "usd" } },
      workspace: "default",
    },
  ]);
  expect(emulator.requests()).toMatchObject([{ path: "/events", status: 202, result: "stored" }]);
});

const missing = [400, "parameter_not_found", "missing data parameter"];
const bad = (name: string) => [400, "bad_request", `bad '${name}' parameter`];
const unpermitted = (text: string) => [400, "parameter_invalid", `found unpermitted ${text}`];

test.each<[string, unknown, unknown[]]>([
  ["no JSON", "{", [400, "parameter_invalid", "Invalid JSON in the request body"]],
  [
    "half a character",
    event({ metadata: { a: "\ud83d" } }),
    [400, "parameter_invalid", "Invalid JSON in the request body"],
  ],
  ["no body", "", [400, "parameter_invalid", "Invalid JSON in the request body"]],
  ["a list", [event()], missing],
  ["null", null, missing],
  ["a string", '"x"', missing],
  ["no name", event({ event_name: undefined }), missing],
  ["no time", event({ created_at: undefined }), missing],
  ["no contact", event({ user_id: undefined }), missing],
  ["camel case", { eventName: "a", createdAt: second, userId: "1" }, missing],
  ["a missing and a bad field", { event_name: 5, user_id: "1" }, missing],
  ["an empty name", event({ event_name: "" }), bad("event_name")],
  ["a name of another type", event({ event_name: 5 }), bad("event_name")],
  ["a time as text", event({ created_at: "now" }), bad("created_at")],
  ["a time with a fraction", event({ created_at: second + 0.5 }), bad("created_at")],
  ["a time of null", event({ created_at: null }), bad("created_at")],
  ["milliseconds", event({ created_at: second * 1000 }), bad("created_at")],
  ["a negative time", event({ created_at: -1 }), bad("created_at")],
  ["a numeric user id", event({ user_id: 314159 }), bad("user_id")],
  ["an empty user id", event({ user_id: "" }), bad("user_id")],
  ["metadata that is text", event({ metadata: "x" }), bad("metadata")],
  ["metadata that is a list", event({ metadata: [1] }), bad("metadata")],
  ["a metadata value of null", event({ metadata: { a: null } }), bad("metadata")],
  [
    "a number beyond all bounds",
    '{"event_name":"a","created_at":1,"user_id":"1","metadata":{"a":1e999}}',
    bad("metadata"),
  ],
  ["a list in metadata", event({ metadata: { a: [1], b: 2 } }), unpermitted("parameter: :a")],
  ["nested metadata", event({ metadata: { x: { y: 1 }, b: [], c: 1 } }), unpermitted("parameters: :x, :b")],
  [
    "a list beside a link",
    event({ metadata: { link: { url: "x", value: "y" }, b: [1] } }),
    unpermitted("parameter: :b"),
  ],
  ["half a link", event({ metadata: { link: { url: "x" } } }), unpermitted("parameter: :link")],
  [
    "half a cent",
    event({ metadata: { price: { amount: 0.5, currency: "eur" } } }),
    unpermitted("parameter: :price"),
  ],
])("%s is refused", async (_, body, expected) => {
  const { post, emulator } = createBench();
  expect(await refusalOf(await post(body))).toEqual(expected);
  expect(emulator.events()).toEqual([]);
  expect(emulator.requests()).toMatchObject([{ status: 400, result: "refused", reason: expected[1] }]);
});

test("fields that Intercom does not know are no matter", async () => {
  const { post } = createBench();
  expect((await post(event({ code: "x", message: "y", id: null }))).status).toBe(202);
});

test("an equal event is accepted, counted and not stored; its metadata plays no part", async () => {
  const { post, emulator } = createBench();
  const replies = [
    await post(event({ event_name: "Placed.Order$", metadata: { first: true } })),
    await post(event({ event_name: "placed-order-", metadata: { first: false } })),
  ];
  expect(replies.map(({ status }) => status)).toEqual([202, 202]);
  expect(replies.map(({ headers }) => headers.get("x-ratelimit-remaining"))).toEqual(["1666", "1665"]);
  expect(emulator.events()).toMatchObject([{ event_name: "Placed.Order$", metadata: { first: true } }]);
  expect(emulator.requests().map(({ result }) => result)).toEqual(["stored", "duplicate"]);
});

test.each([
  ["contact", { user_id: "2" }],
  ["name", { event_name: "placed-orders" }],
  ["second", { created_at: second + 1 }],
])("an event of another %s is another event", async (_, change) => {
  const { post, emulator } = createBench();
  await post(event());
  await post(event(change));
  expect(emulator.events()).toHaveLength(2);
});

test("the first ten keys are kept, in the order sent", async () => {
  const { post, emulator } = createBench();
  const keys = Array.from({ length: 12 }, (_, index) => `key${11 - index}`);
  await post(event({ metadata: Object.fromEntries(keys.map((key) => [key, key])) }));
  expect(Object.keys(emulator.events()[0]?.metadata ?? {})).toEqual(keys.slice(0, 10));
});

test("keys are case-insensitive, and __proto__ is a key", async () => {
  const { post, emulator } = createBench({ metadataKeys: 2 });
  await post(
    '{"event_name":"a","created_at":1,"user_id":"1","metadata":{"Plan":"a","plan":"b","__proto__":"c","z":1}}',
  );
  expect(JSON.stringify(emulator.events()[0]?.metadata)).toBe('{"Plan":"a","__proto__":"c"}');
});

test("a new name beyond the limit is refused; known names keep working", async () => {
  const { post, emulator } = createBench();
  for (let index = 0; index < 120; index += 1) await post(event({ event_name: `name-${index}` }));
  expect(await refusalOf(await post(event({ event_name: "one-more" })))).toEqual([
    422,
    "422",
    "Cannot have more than 120 active event names",
  ]);
  expect((await post(event({ event_name: "NAME.7", created_at: second + 1 }))).status).toBe(202);
  expect(emulator.events()).toHaveLength(121);
  expect(emulator.stats()).toMatchObject({ eventNames: 120, events: 121 });
});

test("strict: only contacts that were put exist", async () => {
  const { post, emulator } = createBench({ contacts: "strict" });
  const unknown = [404, "not_found", "User Not Found"];
  expect(await refusalOf(await post(event()))).toEqual(unknown);
  const id = "63a0979a5eeebeaf28dd56ba";
  emulator.setContacts([
    { user_id: "314159", email: "a@example.com" },
    { id, email: "b@example.com", role: "lead" },
  ]);
  const named = [
    { user_id: "314159" },
    { user_id: undefined, email: "a@example.com" },
    { user_id: undefined, id },
  ];
  for (const [index, change] of named.entries()) {
    expect((await post(event({ ...change, created_at: index }))).status).toBe(202);
  }
  const [byUserId, byEmail, lead] = emulator.events().map((each) => each.intercom_user_id);
  expect([byEmail, lead]).toEqual([byUserId, id]);
  expect(await refusalOf(await post(event({ user_id: undefined, email: "b@example.com" })))).toEqual(unknown);
  emulator.setContacts([]);
  expect(await refusalOf(await post(event()))).toEqual(unknown);
});

test("an e-mail address that several users have is a conflict", async () => {
  const { post, emulator } = createBench({ contacts: "strict" });
  const email = "a@example.com";
  emulator.setContacts([
    { user_id: "1", email },
    { user_id: "2", email },
  ]);
  expect(await refusalOf(await post(event({ user_id: undefined, email })))).toEqual([
    409,
    "conflict",
    "Multiple existing users match this email address a@example.com - must be more specific using user_id",
  ]);
  expect((await post(event({ user_id: "2", email }))).status).toBe(202);
});

test("workspaces share nothing", async () => {
  const { post, emulator } = createBench({
    eventNames: 1,
    rateLimit: 2,
    tokens: ["a", "b"].map((name) => ({ token: name, scopes: ["write_events"], workspace: name })),
  });
  const from = (name: string) => ({ authorization: `Bearer ${name}` });
  await post(event({ event_name: "one" }), from("a"));
  expect((await post(event({ event_name: "two" }), from("a"))).status).toBe(422);
  expect((await post(event({ event_name: "two" }), from("b"))).status).toBe(202);
  expect((await post(event({ event_name: "two" }), from("a"))).status).toBe(429);
  const [a, b] = emulator.events();
  expect([a?.workspace, b?.workspace]).toEqual(["a", "b"]);
  expect(a?.intercom_user_id).not.toBe(b?.intercom_user_id);
});
