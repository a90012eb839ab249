import { expect, test } from "vitest";
import { createBench, event, refusalOf } from "../test/emulator-bench.ts";
import type { Fault } from "./fault.ts";

test.each<[Fault, unknown[]]>([
  [{ status: 401 }, [401, "unauthorized", "Access Token Invalid"]],
  [{ status: 404 }, [404, "not_found", "User Not Found"]],
  [{ status: 418 }, [418, "client_error", "Unknown error"]],
  [{ status: 429 }, [429, "rate_limit_exceeded", "Exceeded rate limit of 167 in 10_seconds"]],
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
  ["before", [], undefined],
  ["inside", [{}], 202],
  ["after", [{}], undefined],
] as const)("in process, reset %s rejects like fetch", async (reset, stored, status) => {
  const { emulator, post } = createBench();
  emulator.setFaults([{ reset }]);
  await expect(post(event())).rejects.toThrow(new TypeError("fetch failed"));
  expect(emulator.events()).toMatchObject(stored);
  expect(emulator.requests()[0]).toMatchObject({ reason: "fault" });
  expect(emulator.requests()[0]?.status).toBe(status);
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
  [[5], '"[0]" must be an object, got 5'],
  [[{}, { status: 100 }], '"[1].status" must be an integer from 200 to 599, got 100'],
  [
    [{ stauts: 500 }],
    '"stauts" is not one of status, body, headers, removeHeaders, delayMs, reset, times, path, method',
  ],
  [
    [{ headers: { "a b": "c" } }],
    '"[0].headers" must be an object of valid header names and values, got an object',
  ],
  [
    [{ headers: { a: "b\nc" } }],
    '"[0].headers" must be an object of valid header names and values, got an object',
  ],
  [
    [{ headers: { a: 5 } }],
    '"[0].headers" must be an object of valid header names and values, got an object',
  ],
  [[{ removeHeaders: "date" }], '"[0].removeHeaders" must be a list of header names, got "date"'],
  [[{ delayMs: -1 }], '"[0].delayMs" must be an integer from 0 to 600000, got -1'],
  [[{ reset: "now" }], '"[0].reset" must be "before", "inside" or "after", got "now"'],
  [[{ times: 0 }], '"[0].times" must be a positive integer, got 0'],
  [[{ path: "events" }], '"[0].path" must be a path that starts with "/", got "events"'],
  [[{ method: "" }], '"[0].method" must be a method, got ""'],
  [[{ status: 500, reset: "after" }], '"[0]" has a reply that reset "after" never sends'],
  [[{ body: 5n }], '"[0].body" must be a string or plain JSON, got 5'],
])("the faults %o are refused", (faults, message) => {
  const { emulator } = createBench();
  expect(() => emulator.setFaults(faults as Fault[])).toThrow(new TypeError(`Cannot set faults: ${message}`));
});
