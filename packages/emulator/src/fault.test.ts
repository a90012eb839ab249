import { expect, test, vi } from "vitest";
import { createBench, event, refusalOf } from "../test/emulator-bench.ts";
import type { Fault } from "./fault.ts";
import type { EmulatorOptions, TokenGrant } from "./options.ts";

test.each<[Fault, unknown[]]>([
  [{ status: 400 }, [400, "parameter_not_found", "missing data parameter"]],
  [{ status: 401 }, [401, "unauthorized", "Access Token Invalid"]],
  [{ status: 403 }, [403, "api_plan_restricted", "Active subscription needed."]],
  [{ status: 404 }, [404, "not_found", "User Not Found"]],
  [
    { status: 406 },
    [406, "media_type_not_acceptable", "The Accept header should send a media type of application/json"],
  ],
  [{ status: 408 }, [408]],
  [
    { status: 409 },
    [
      409,
      "conflict",
      "Multiple existing users match this email address frodo.baggins@example.com - must be more specific using user_id",
    ],
  ],
  [{ status: 415 }, [415]],
  [{ status: 422 }, [422, "422", "Cannot have more than 120 active event names"]],
  [{ status: 418 }, [418, "client_error", "Unknown error"]],
  [{ status: 429 }, [429, "rate_limit_exceeded", "Exceeded rate limit of 1667 in 10_seconds"]],
  [{ status: 500 }, [500, "server_error", "Something went wrong"]],
  [{ status: 503 }, [503, "service_unavailable", "Sorry, the API service is temporarily unavailable"]],
  [{ status: 503, body: "" }, [503]],
  [{ status: 202 }, [202]],
  [{ status: 204, body: "x" }, [204]],
])("%j answers without processing", async (fault, expected) => {
  const { emulator, post } = createBench();
  emulator.setFaults([fault]);
  expect(await refusalOf(await post(event()))).toEqual(expected);
  expect(emulator.events()).toEqual([]);
  expect(emulator.requests()).toMatchObject([{ status: expected[0], reason: "fault" }]);
});

const grant: TokenGrant = { token: "test-token", scopes: ["write_events"], rateLimit: 2 };

test.each<[number, EmulatorOptions]>([
  [429, { rateLimit: 2 }],
  [429, { rateLimit: 7, tokens: [grant] }],
  [422, { eventNames: 1 }],
])("a %d names the limit that there is: %j", async (status, options) => {
  const { emulator, post } = createBench(options);
  emulator.setFaults([{ status, times: 1 }]);
  const ofFault = await refusalOf(await post(event()));
  await post(event());
  expect(await refusalOf(await post(event({ event_name: "other" })))).toEqual(ofFault);
});

test("a 401 looks like that of a token that is not accepted", async () => {
  const { emulator, post } = createBench();
  emulator.setFaults([{ status: 401 }]);
  const { headers } = await post(event());
  expect(headers.get("www-authenticate")).toBe('Basic realm="intercom.io"');
  expect([...headers.keys()].filter((name) => name.startsWith("x-ratelimit"))).toEqual([]);
});

test("a 406 has no request id, as where it was seen", async () => {
  const { emulator, post } = createBench();
  emulator.setFaults([{ status: 406 }]);
  expect(Object.keys((await (await post(event())).json()) as object)).toEqual(["type", "errors"]);
});

test("a proxy's page is HTML, and JSON may be given", async () => {
  const { emulator, post } = createBench();
  emulator.setFaults([
    { status: 502, times: 1 },
    { status: 400, body: { any: 1 } },
  ]);
  const replies = [await post(event()), await post(event())];
  expect(replies.map(({ headers }) => headers.get("content-type"))).toEqual([
    "text/html",
    "application/json; charset=utf-8",
  ]);
  expect(await replies[1]?.json()).toEqual({ any: 1 });
});

test("headers are added, replaced and left out, on real replies too", async () => {
  const { emulator, post } = createBench();
  emulator.setFaults([
    {
      headers: { "Retry-After": "4", "X-RateLimit-Reset": "soon" },
      removeHeaders: ["Date", "X-RateLimit-Limit"],
      body: " ",
    },
  ]);
  const { status, headers, ...reply } = await post(event()).then(async (answer) => ({
    status: answer.status,
    headers: answer.headers,
    text: await answer.text(),
  }));
  expect([status, reply.text]).toEqual([202, " "]);
  expect(
    ["retry-after", "x-ratelimit-reset", "date", "x-ratelimit-limit"].map((name) => headers.get(name)),
  ).toEqual(["4", "soon", null, null]);
  expect(emulator.events()).toHaveLength(1);
});

test("a faulted request counts in the window, when its token is accepted", async () => {
  const { emulator, post } = createBench({ rateLimit: 5 });
  emulator.setFaults([{ status: 500 }]);
  const replies = [await post(event()), await post(event()), await post(event(), { authorization: "" })];
  expect(replies.map(({ headers }) => headers.get("x-ratelimit-remaining"))).toEqual(["4", "3", null]);
});

test("faults are chosen by path, method and number, in order", async () => {
  const { emulator, post, call } = createBench();
  emulator.setFaults([
    { status: 500, times: 2, method: "post" },
    { status: 503, path: "/events", method: "GET" },
  ]);
  const list = "/events?type=user&user_id=314159";
  const statuses = [
    await call(list),
    await post(event()),
    await post(event()),
    await post(event()),
    await call(list),
  ];
  expect(statuses.map(({ status }) => status)).toEqual([503, 500, 500, 202, 503]);
  emulator.setFaults([]);
  expect((await call(list)).status).toBe(200);
});

test.each([
  ["/events", "/events/"],
  ["/events/", "/events"],
])("a fault of the path %s meets %s, which is the same endpoint", async (path, sent) => {
  const { emulator, call } = createBench();
  emulator.setFaults([{ status: 500, path }]);
  expect((await call(`${sent}?type=user&user_id=314159`)).status).toBe(500);
});

test("a fault for one contact meets it in bodies, lists and the Messenger's forms", async () => {
  const { emulator, post, call } = createBench();
  emulator.setFaults([{ status: 500, contact: { user_id: "7" } }]);
  const form = new URLSearchParams({ app_id: "a", visitor_id: "7", event_list: "{}" }).toString();
  const statuses = [
    await post(event()),
    await post(event({ user_id: "7" })),
    await post("{"),
    await call("/events?type=user&user_id=7"),
    await call("/events?type=user&intercom_user_id=7"),
    await call("/messenger/web/events", { method: "POST", body: form }),
  ];
  expect(statuses.map(({ status }) => status)).toEqual([202, 500, 400, 500, 404, 500]);
  emulator.setFaults([{ status: 500, contact: { user_id: "7", email: "a@example.com" } }]);
  expect((await post(event({ user_id: "7" }))).status).toBe(202);
  expect((await post(event({ user_id: "7", email: "a@example.com" }))).status).toBe(500);
});

test("a fault with a probability meets as many requests as chance says, and counts those", async () => {
  const chances = [0.5, 0.49, 0.9, 0];
  const { emulator, post } = createBench({ random: () => chances.shift() ?? 0 });
  emulator.setFaults([{ status: 500, probability: 0.5, times: 2 }]);
  const statuses = [];
  for (let sent = 0; sent < 5; sent += 1) statuses.push((await post(event())).status);
  expect(statuses).toEqual([202, 500, 202, 500, 202]);
  expect(emulator.faults()).toMatchObject([{ status: 500, left: 0 }]);
});

test("of a fault is told when it is set, and when one with a number of times is met", async () => {
  const { emulator, post } = createBench();
  const left: unknown[] = [];
  emulator.onChange((change) => {
    if (change.type === "faults") left.push(change.faults.map((fault) => fault.left));
  });
  emulator.setFaults([{ status: 500, times: 1 }, { status: 503 }]);
  for (let each = 0; each < 3; each += 1) await post(event());
  expect(left).toEqual([
    [1, undefined],
    [0, undefined],
  ]);
});

test("a cut body is well-formed HTTP and broken JSON", async () => {
  const { emulator, post } = createBench();
  emulator.setFaults([
    { status: 401, cutBody: 10, times: 1 },
    { body: "1€", cutBody: 3, times: 1 },
    { status: 500, cutBody: 0 },
  ]);
  expect(await (await post(event())).text()).toBe('{"type":"e');
  expect(await (await post(event())).text()).toBe("1");
  expect(await (await post(event())).text()).toBe("");
});

test("faults given as an option are there from the start, and after a reset", async () => {
  const { emulator, post } = createBench({ faults: [{ status: 503, times: 1 }] });
  const statuses = [await post(event()), await post(event())];
  emulator.reset();
  statuses.push(await post(event()));
  expect(statuses.map(({ status }) => status)).toEqual([503, 202, 503]);
});

test("in process, reset inside answers and breaks off within the body, as over HTTP", async () => {
  const { emulator, post } = createBench();
  emulator.setFaults([
    { reset: "inside", times: 1 },
    { reset: "inside", status: 500, body: "0123" },
  ]);
  const accepted = await post(event());
  expect([accepted.status, emulator.events().length]).toEqual([202, 1]);
  await expect(accepted.text()).rejects.toThrow(new TypeError("terminated"));
  const reader = (await post(event())).body?.getReader();
  expect(new TextDecoder().decode((await reader?.read())?.value)).toBe("01");
  await expect(reader?.read()).rejects.toThrow(new TypeError("terminated"));
});

test.each([
  ["before", [], undefined],
  ["after", [{}], undefined],
] as const)("in process, reset %s rejects like fetch", async (reset, stored, status) => {
  const { emulator, post } = createBench();
  emulator.setFaults([{ reset }]);
  await expect(post(event())).rejects.toThrow(new TypeError("fetch failed"));
  expect(emulator.events()).toMatchObject(stored);
  expect(emulator.requests()[0]).toMatchObject({ reason: "fault" });
  expect(emulator.requests()[0]?.status).toBe(status);
});

test("closing ends what is held back in process, and leaves what comes then alone", async () => {
  const { emulator, post } = createBench({ faults: [{ delayMs: 60_000, times: 1 }, { delayMs: 1 }] });
  const held = expect(post(event())).rejects.toThrow(new TypeError("fetch failed"));
  await vi.waitUntil(() => emulator.requests().length === 1, 20_000);
  await emulator.close();
  await held;
  expect((await post(event())).status).toBe(202);
});

test("a content type that is left out stays so in process", async () => {
  const { post } = createBench({ faults: [{ status: 500, removeHeaders: ["content-type"] }] });
  const reply = await post(event());
  expect([reply.headers.get("content-type"), await reply.text()]).toEqual([
    null,
    expect.stringContaining("server_error"),
  ]);
});

test("a delayed reply can be given up on, and the event is stored", async () => {
  const { emulator, call } = createBench();
  emulator.setFaults([{ delayMs: 60_000 }]);
  const reply = call("/events", {
    method: "POST",
    body: JSON.stringify(event()),
    headers: { "content-type": "application/json" },
    signal: AbortSignal.timeout(20),
  });
  await expect(reply).rejects.toMatchObject({ name: "TimeoutError" });
  expect(emulator.events()).toHaveLength(1);
});

test.each<[unknown, string]>([
  [{}, '"faults" must be a list, got an object'],
  [[5], '"[0]" must be an object, got number 5'],
  [[{}, { status: 100 }], '"[1].status" must be an integer from 200 to 599, got number 100'],
  [
    [{ stauts: 500 }],
    '"stauts" is not one of status, body, headers, removeHeaders, delayMs, cutBody, reset, times, probability, path, method, contact',
  ],
  [[{ headers: [] }], '"[0].headers" must be an object of strings by header name, got a list'],
  [[{ headers: { "a b": "c" } }], '"[0].headers["a b"]" must be left out, as it is no header name, got "c"'],
  [[{ headers: { a: "b\nc" } }], '"[0].headers["a"]" must be a valid header value, a string, got "b\\nc"'],
  [[{ headers: { b: "", a: 5 } }], '"[0].headers["a"]" must be a valid header value, a string, got number 5'],
  [
    [{ headers: { Trailer: "a" } }],
    '"[0].headers["Trailer"]" must be left out, as HTTP itself says how long a reply is, got "a"',
  ],
  [
    [{ headers: { "content-length": "5" } }],
    '"[0].headers["content-length"]" must be left out, as HTTP itself says how long a reply is, got "5"',
  ],
  [
    [{ removeHeaders: ["date", "Connection"] }],
    '"[0].removeHeaders" must be a list of header names, without connection, content-length, keep-alive, transfer-encoding, got a list',
  ],
  [
    [{ removeHeaders: "date" }],
    '"[0].removeHeaders" must be a list of header names, without connection, content-length, keep-alive, transfer-encoding, got "date"',
  ],
  [[{ delayMs: -1 }], '"[0].delayMs" must be an integer from 0 to 600000, got number -1'],
  [[{ delayMs: 600_001 }], '"[0].delayMs" must be an integer from 0 to 600000, got number 600001'],
  [[{ reset: "now" }], '"[0].reset" must be "before", "inside" or "after", got "now"'],
  [[{ times: 0 }], '"[0].times" must be a positive integer, got number 0'],
  [[{ path: "events" }], '"[0].path" must be a path that starts with "/", got "events"'],
  [[{ method: "" }], '"[0].method" must be a method, got ""'],
  [[{ cutBody: -1 }], '"[0].cutBody" must be a number of bytes, 0 or more, got number -1'],
  [[{ probability: 1.5 }], '"[0].probability" must be a number from 0 to 1, got number 1.5'],
  [
    [{ contact: { user: "1" } }],
    '"[0].contact" must be an object with one or more of id, user_id, email, got an object',
  ],
  [[{ cutBody: 1, reset: "before" }], '"[0]" has a reply that reset "before" never sends'],
  [[{ status: 500, reset: "after" }], '"[0]" has a reply that reset "after" never sends'],
  [[{ body: 5n }], '"[0].body" must be a string or plain JSON, got bigint 5'],
])("the faults %o are refused", (faults, message) => {
  const { emulator } = createBench();
  expect(() => emulator.setFaults(faults as Fault[])).toThrow(new TypeError(`Cannot set faults: ${message}`));
});
