import { expect, test } from "vitest";
import { createBench, event, refusalOf, second } from "../test/emulator-bench.ts";

const grants = [
  { token: "writer", scopes: ["write_events"] },
  { token: "reader", scopes: ["read_events"] },
] as const;
const list = "/events?type=user&user_id=314159";

test.each([
  ["", 401],
  ["writer", 401],
  ["Basic writer", 401],
  ["Bearer other", 401],
  ["Bearer writer", 202],
  ["bearer  writer", 202],
])("with a list of tokens, authorization %j is answered with %i", async (authorization, status) => {
  const { post } = createBench({ tokens: grants });
  expect((await post(event(), { authorization })).status).toBe(status);
});

test.each([
  ["Bearer anything", 202],
  ["Bearer ", 401],
])("by default, authorization %j is answered with %i", async (authorization, status) => {
  expect((await createBench().post(event(), { authorization })).status).toBe(status);
});

test("a refused token looks like Intercom's refusal, and has no rate headers", async () => {
  const { post, emulator } = createBench({ tokens: "right" });
  const reply = await post(event(), { authorization: "Bearer wrong" });
  expect(await reply.clone().json()).toEqual({
    type: "error.list",
    request_id: reply.headers.get("x-request-id"),
    errors: [{ code: "unauthorized", message: "Access Token Invalid" }],
  });
  expect(reply.headers.get("www-authenticate")).toBe('Basic realm="intercom.io"');
  expect([...reply.headers.keys()].filter((name) => name.startsWith("x-ratelimit"))).toEqual([]);
  expect(JSON.stringify(emulator.requests())).not.toContain("wrong");
});

test("a token needs the scope", async () => {
  const { call, post, emulator } = createBench({ tokens: grants });
  const forbidden = (scope: string) => [
    403,
    "forbidden",
    `You do not have the required scope (${scope}) to access this resource`,
  ];
  const [reader, writer] = [{ authorization: "Bearer reader" }, { authorization: "Bearer writer" }];
  expect(await refusalOf(await post(event(), reader))).toEqual(forbidden("write_events"));
  expect(await refusalOf(await call(list, { headers: writer }))).toEqual(forbidden("read_events"));
  await post(event(), writer);
  expect((await call(list, { headers: reader })).status).toBe(200);
  expect(emulator.requests().map(({ result, reason }) => [result, reason])).toEqual([
    ["refused", "forbidden"],
    ["refused", "forbidden"],
    ["stored", undefined],
    ["answered", undefined],
  ]);
});

test.each([
  [{ accept: "application/json" }, 202],
  [{ accept: "text/html, application/json; charset=utf-8;q=0.9" }, 202],
  [{ accept: "application/*" }, 202],
  [{ accept: "*/*" }, 202],
  [{ accept: "text/html" }, 406],
  [{ accept: "application/jsonx" }, 406],
  [{ accept: "" }, 406],
  [{ "content-type": "application/json; charset=utf-8" }, 202],
  [{ "content-type": "text/plain" }, 415],
  [{ "content-type": "application/x-www-form-urlencoded" }, 415],
  [{ "intercom-version": "1.0" }, 202],
  [{ "intercom-version": "2.14" }, 202],
  [{ "intercom-version": "Preview" }, 202],
  [{ "intercom-version": "preview" }, 400],
  [{ "intercom-version": "2.99" }, 400],
  [{ "intercom-version": "" }, 400],
])("with the headers %j an event is answered with %i", async (headers, status) => {
  expect((await createBench().post(event(), headers)).status).toBe(status);
});

test("the bodies of 406, 415 and a wrong version", async () => {
  const { post } = createBench();
  const notAcceptable = await post(event(), { accept: "text/html" });
  expect(await notAcceptable.json()).toEqual({
    type: "error.list",
    errors: [
      {
        code: "media_type_not_acceptable",
        message: "The Accept header should send a media type of application/json",
      },
    ],
  });
  expect(await refusalOf(await post(event(), { "content-type": "text/plain" }))).toEqual([415]);
  expect(await refusalOf(await post(event(), { "intercom-version": "9.9" }))).toEqual([
    400,
    "intercom_version_invalid",
    "The requested version could not be found",
  ]);
});

test.each([
  ["PUT", "/events"],
  ["DELETE", "/events"],
  ["GET", "/events/summaries"],
  ["POST", "/"],
  ["POST", "/contacts"],
  ["GET", "/widget/"],
  ["GET", "/messenger/web/events"],
])("%s %s is no resource", async (method, path) => {
  expect(await refusalOf(await createBench().call(path, { method }))).toEqual([
    404,
    "not_found",
    "Resource Not Found",
  ]);
});

test("a body of more than 1 MiB is refused", async () => {
  const { post } = createBench();
  expect(await refusalOf(await post(event({ metadata: { a: "x".repeat(1_048_576) } })))).toContain(413);
});

test("every reply has the emulator's date and an id of its own", async () => {
  const { post } = createBench();
  const replies = [await post(event()), await post("{"), await post(event(), { accept: "text/html" })];
  expect(replies.map(({ headers }) => headers.get("date"))).toEqual(
    Array(3).fill(new Date(second * 1000).toUTCString()),
  );
  const ids = replies.map(({ headers }) => headers.get("x-request-id"));
  expect(new Set(ids).size).toBe(3);
  for (const id of ids) expect(id).toMatch(/^[0-9a-v]{20}$/);
  expect(await replies[1]?.json()).toMatchObject({ request_id: ids[1] });
});

test("the window: headers count down, then 429, then the next window", async () => {
  const { post, advance, emulator } = createBench({ rateLimit: 2 });
  advance(3_000);
  const rate = ({ status, headers }: Response) => [
    status,
    ...["limit", "remaining", "reset"].map((name) => Number(headers.get(`x-ratelimit-${name}`))),
  ];
  const reset = second + 10;
  expect(rate(await post(event()))).toEqual([202, 2, 1, reset]);
  expect(rate(await post("{"))).toEqual([400, 2, 0, reset]);
  const refused = await post(event({ created_at: 1 }));
  expect(rate(refused)).toEqual([429, 2, 0, reset]);
  expect(await refusalOf(refused)).toEqual([
    429,
    "rate_limit_exceeded",
    "Exceeded rate limit of 2 in 10_seconds",
  ]);
  advance(6_999);
  expect((await post(event({ created_at: 1 }))).status).toBe(429);
  advance(1);
  expect(rate(await post(event({ created_at: 1 })))).toEqual([202, 2, 1, reset + 10]);
  expect(emulator.stats()).toMatchObject({
    requests: 5,
    results: { stored: 2, duplicate: 0, answered: 0, refused: 3 },
    statuses: { 202: 2, 400: 1, 429: 2 },
  });
});
