import { expect, test } from "vitest";
import { createBench, event, refusalOf, second } from "../test/emulator-bench.ts";

const scopes = ["write_events"] as const;
const as = (token: string) => ({ authorization: `Bearer ${token}` });

test("each app has a budget of its own, which its tokens share", async () => {
  const { post } = createBench({
    rateLimit: 2,
    workspaceRateLimit: 100,
    tokens: [
      { token: "a", scopes, app: "shop" },
      { token: "b", scopes, app: "shop" },
      { token: "c", scopes },
      { token: "d", scopes, rateLimit: 1 },
    ],
  });
  const remaining = async (token: string) =>
    (await post(event(), as(token))).headers.get("x-ratelimit-remaining");
  expect([await remaining("a"), await remaining("b"), await remaining("c")]).toEqual(["1", "0", "1"]);
  expect((await post(event(), as("a"))).status).toBe(429);
  expect((await post(event(), as("c"))).status).toBe(202);
  expect([await remaining("d"), (await post(event(), as("d"))).status]).toEqual(["0", 429]);
});

test("apps of one name in two workspaces are two", async () => {
  const { post } = createBench({
    tokens: [
      { token: "a", scopes, app: "shop", rateLimit: 1 },
      { token: "b", scopes, app: "shop", rateLimit: 5, workspace: "w2" },
    ],
  });
  const counts = async (token: string) => {
    const { status, headers } = await post(event(), as(token));
    return [status, headers.get("x-ratelimit-limit"), headers.get("x-ratelimit-remaining")];
  };
  expect([await counts("a"), await counts("b")]).toEqual([
    [202, "1", "0"],
    [202, "5", "4"],
  ]);
  expect((await counts("a"))[0]).toBe(429);
  expect(await counts("b")).toEqual([202, "5", "3"]);
});

test("private apps share their workspace's budget, public ones count apart", async () => {
  const { post, advance, emulator } = createBench({
    rateLimit: 10,
    workspaceRateLimit: 3,
    tokens: [
      { token: "a", scopes },
      { token: "b", scopes },
      { token: "public", scopes, public: true },
      { token: "elsewhere", scopes, workspace: "w2" },
    ],
  });
  const counts = async (token: string) => {
    const { status, headers } = await post(event(), as(token));
    return [status, headers.get("x-ratelimit-limit"), headers.get("x-ratelimit-remaining")];
  };
  expect(await counts("a")).toEqual([202, "10", "2"]);
  expect(await counts("b")).toEqual([202, "10", "1"]);
  expect(await counts("public")).toEqual([202, "10", "9"]);
  expect(await counts("b")).toEqual([202, "10", "0"]);
  const refused = await post(event(), as("a"));
  expect(await refusalOf(refused)).toEqual([
    429,
    "rate_limit_exceeded",
    "Exceeded rate limit of 3 in 10_seconds",
  ]);
  expect(await counts("public")).toEqual([202, "10", "8"]);
  expect(await counts("elsewhere")).toEqual([202, "10", "2"]);
  expect(emulator.rates()).toContainEqual({ workspace: "default", limit: 3, used: 4, reset: second + 10 });
  expect(emulator.rates()).toContainEqual({
    workspace: "default",
    app: "app-1",
    limit: 10,
    used: 2,
    reset: second + 10,
  });
  advance(10_000);
  expect(await counts("a")).toEqual([202, "10", "2"]);
});

test("the default budgets are 1667 and 4167: 10,000 and 25,000 a minute", async () => {
  const { post, emulator } = createBench();
  await post(event());
  expect(emulator.rates().map(({ limit }) => limit)).toEqual([1667, 4167]);
});

test("a reset begins a new window", async () => {
  const { post, emulator } = createBench({ rateLimit: 1 });
  expect([(await post(event())).status, (await post(event())).status]).toEqual([202, 429]);
  emulator.reset();
  expect(emulator.rates()).toEqual([]);
  expect((await post(event())).status).toBe(202);
});
