import { setFlagsFromString } from "node:v8";
import { runInNewContext } from "node:vm";
import { afterEach, beforeEach, describe, expect, test, vi } from "vitest";
import { fakeClock } from "../../core/tests/fake-clock.ts";
import { fakePage } from "../test/fake-page.ts";
import { createTracker, messenger, monetaryAmount, relay, type TrackerOptions } from "./index.ts";

let page = fakePage();
let clock = fakeClock();
let warn = vi.spyOn(console, "warn");

beforeEach(() => {
  page = fakePage();
  clock = fakeClock();
  warn = vi.spyOn(console, "warn").mockImplementation(() => undefined);
});

afterEach(() => {
  page.remove();
  vi.restoreAllMocks();
});

function start(options: Partial<TrackerOptions> = {}) {
  return createTracker({ route: messenger(), clock, ...options });
}

const TOKEN = "must be left out, as it must never be in a page, got string";
const UNKNOWN = "must be left out, as there is no such option";

test.each([
  [undefined, '"options" must be an object, got undefined'],
  ["dG9rOjEyMw==", '"options" must be an object, got string'],
  [{}, '"route" must be messenger() or relay(), got undefined'],
  [{ route: null }, '"route" must be messenger() or relay(), got null'],
  [{ route: "messenger" }, '"route" must be messenger() or relay(), got string'],
  [{ route: messenger }, '"route" must be messenger() or relay(), got function'],
  [{ route: messenger(), token: "dG9rOjEyMw==" }, `"token" ${TOKEN}`],
  [{ route: messenger(), accessToken: "x" }, `"accessToken" ${TOKEN}`],
  [{ route: messenger(), client_secret: "x" }, `"client_secret" ${TOKEN}`],
  [{ route: messenger(), baseUrl: "x" }, `"baseUrl" ${UNKNOWN}, got string`],
  [{ route: messenger(), queue: 5 }, '"queue" must be an object, got 5'],
  [{ route: messenger(), queue: { max: 5 } }, `"max" ${UNKNOWN}, got 5`],
  [{ route: messenger(), queue: { maxEvents: 0 } }, '"maxEvents" must be a number of at least 1, got 0'],
  [
    { route: messenger(), queue: { maxEvents: Infinity } },
    '"maxEvents" must be a number of at least 1, got Infinity',
  ],
  [{ route: messenger(), metadataKeys: "20" }, '"metadataKeys" must be a number of at least 0, got string'],
])("refuses the options %j", (options, message) => {
  expect(() => createTracker(options as never)).toThrow(new TypeError(`Cannot create tracker: ${message}`));
});

describe("track", () => {
  const hostile: [string, unknown, unknown?][] = [
    ["no name", undefined],
    ["a name that is null", null],
    ["a name that is a number", 5],
    ["a name that is a symbol", Symbol("x")],
    [
      "a name that cannot be read",
      new Proxy({}, { get: thrower, ownKeys: thrower, getPrototypeOf: thrower }),
    ],
    ["an empty name", ""],
    ["a blank name", " \n"],
    ["metadata that is null", "a", null],
    ["metadata that is a list", "a", [1]],
    ["metadata that is a function", "a", () => undefined],
    ["metadata that is a text", "a", "x"],
    ["metadata whose keys cannot be read", "a", new Proxy({}, { ownKeys: thrower })],
    [
      "metadata whose values cannot be read",
      "a",
      Object.defineProperty({}, "x", { enumerable: true, get: thrower }),
    ],
    ["a revoked proxy", "a", revoked()],
    ["nested metadata", "a", { a: { b: { c: 1 } } }],
    ["a cycle", "a", cycle()],
    ["a bigint", "a", { a: 1n }],
    ["NaN", "a", { a: Number.NaN }],
    ["an invalid date", "a", { a_date: new Date(Number.NaN) }],
    ["a date whose key does not say so", "a", { a: new Date() }],
    ["milliseconds", "a", { a_date: Date.now() }],
    ["keys that differ in case", "a", { a: 1, A: 2 }],
    ["a huge text", "a", { a: "x".repeat(1_000_000) }],
    ["a huge name", "x".repeat(1_000_000)],
    ["a wrong name and wrong metadata", "", { "a.b": 1 }],
  ];

  test.each(hostile)("settles %s as invalid, at once and without throwing", async (_, name, metadata) => {
    page.boot();
    const tracker = start();
    const receipt = tracker.track(name as string, metadata as object);
    expect(receipt).toBeInstanceOf(Promise);
    const outcome = await receipt;
    expect(outcome).toMatchObject({ status: "invalid" });
    const issue = { path: expect.any(String), code: expect.any(String), message: expect.any(String) };
    expect("issues" in outcome && outcome.issues[0]).toEqual(issue);
    expect(await receipt.stored).toBe(false);
    expect(page.delivered).toEqual([]);
    expect(clock.timers()).toBe(0);
  });

  test("collects all issues, of name and metadata", async () => {
    expect(await start().track(undefined as never, { "a.b": 1, c: [] as never })).toMatchObject({
      issues: [
        { path: "eventName", code: "missing" },
        { path: 'metadata["a.b"]', code: "invalid_key" },
        { path: "metadata.c", code: "nested_value" },
      ],
    });
  });

  test("sends what the encoder made, and nothing else of the object", () => {
    page.boot();
    start().track("placed-order", {
      price: monetaryAmount.fromDecimal("349.99", "EUR"),
      link: new URL("https://example.org/a"),
      left_out: undefined as string | undefined,
    });
    expect(page.delivered).toEqual([
      [
        "trackEvent",
        "placed-order",
        { price: { amount: 34_999, currency: "eur" }, link: "https://example.org/a" },
      ],
    ]);
  });

  test("may be called without its tracker", async () => {
    page.boot();
    const { track } = start();
    expect(await track("a")).toMatchObject({ status: "accepted" });
  });
});

test("without a bound of its own a queue takes 1 MiB of characters, and no more", async () => {
  const tracker = start();
  const { length } = JSON.stringify({ eventName: "a", metadata: { text: "" } });
  const metadata = { text: "x".repeat(32_768 - length) };
  const receipts = Array.from({ length: 32 }, () => tracker.track("a", metadata));
  const oneMore = tracker.track("b");
  await tracker.close({ timeout: 0 });
  expect(await oneMore).toEqual({ status: "dropped", reason: "queue_full" });
  expect(await Promise.all(receipts)).toEqual(Array(32).fill({ status: "dropped", reason: "closed" }));
});

test("a bound of characters is for what waits, and not for all that was ever tracked", async () => {
  page.boot();
  const tracker = start({ queue: { maxBytes: 50 } });
  const receipts = Array.from({ length: 10 }, () => tracker.track("a", { text: "x" }));
  expect((await Promise.all(receipts)).map(({ status }) => status)).toEqual(Array(10).fill("accepted"));
});

describe("opting out", () => {
  test("drops what waits and refuses what comes, until opting in", async () => {
    const tracker = start();
    const waiting = tracker.track("a");
    tracker.optOut();
    expect(clock.timers()).toBe(0);
    page.boot();
    const refused = tracker.track("b");
    expect(await Promise.all([waiting, refused])).toEqual(
      Array(2).fill({ status: "dropped", reason: "opted_out" }),
    );
    expect(await refused.stored).toBe(false);
    tracker.optIn();
    expect(await tracker.track("c")).toMatchObject({ status: "accepted" });
    expect(page.delivered.map(([, name]) => name)).toEqual(["c"]);
    expect(warn).not.toHaveBeenCalled();
  });

  test("reads nothing of the event", () => {
    const tracker = start();
    tracker.optOut();
    const read = vi.fn();
    tracker.track("a", Object.defineProperty({}, "x", { enumerable: true, get: read }));
    expect(read).not.toHaveBeenCalled();
  });
});

describe("flush", () => {
  test("delivers at once what can be delivered", async () => {
    const tracker = start();
    tracker.track("a");
    page.boot();
    expect(await tracker.flush()).toEqual({ pending: 0 });
    expect(page.delivered).toHaveLength(1);
  });

  test("waits no longer than its timeout and says what is left of the events before it", async () => {
    const tracker = start();
    const early = tracker.track("a");
    const flushed = tracker.flush({ timeout: 200 });
    tracker.track("later");
    clock.advance(200);
    expect(await flushed).toEqual({ pending: 1 });
    page.boot();
    clock.advance(100);
    expect(await early).toMatchObject({ status: "accepted" });
    expect(clock.timers()).toBe(0);
  });

  test("does not end at once when it may take years", async () => {
    const tracker = createTracker({ route: messenger() });
    tracker.track("a");
    const ended = vi.fn();
    tracker.flush({ timeout: Number.MAX_SAFE_INTEGER }).then(ended);
    await new Promise((resolve) => setTimeout(resolve, 50));
    expect(ended).not.toHaveBeenCalled();
    await tracker.close({ timeout: 0 });
  });

  test("leaves no timer behind when it ends early", async () => {
    page.boot();
    await start().flush({ timeout: 1_000 });
    expect(clock.timers()).toBe(0);
  });

  test("says that its options are wrong", async () => {
    await expect(start().flush({ timeout: -1 })).rejects.toThrow(
      new TypeError('Cannot flush: "timeout" must be a number of at least 0, got -1'),
    );
    await expect(start().close({ time: 1 } as never)).rejects.toThrow(
      `Cannot close: "time" ${UNKNOWN}, got 1`,
    );
  });
});

/** What is held once all garbage is collected, in bytes. */
function heap(): number {
  setFlagsFromString("--expose-gc");
  const gc = runInNewContext("gc") as () => void;
  for (let time = 0; time < 2; time += 1) gc();
  return process.memoryUsage().heapUsed;
}

test("waiting leaves nothing behind", async () => {
  const tracker = start();
  await tracker.flush();
  const before = heap();
  for (let count = 0; count < 20_000; count += 1) await tracker.flush();
  expect((heap() - before) / 20_000, "bytes a flush").toBeLessThan(100);
  await tracker.close();
});

describe("a page that is prerendered", () => {
  beforeEach(() => {
    page.remove();
    page = fakePage(true);
    page.boot();
  });

  test("hands over what it has tracked once it is shown, and what follows at once", async () => {
    const tracker = start();
    const receipts = [tracker.track("a"), tracker.track("b")];
    clock.advance(600_000);
    expect(page.delivered).toEqual([]);
    page.show();
    tracker.track("c");
    expect(page.delivered.map(([, name]) => name)).toEqual(["a", "b", "c"]);
    expect((await Promise.all(receipts)).map(({ status }) => status)).toEqual(["accepted", "accepted"]);
  });

  test("has the Messenger waited for from the moment it is shown", async () => {
    page.unload();
    const tracker = start({ route: messenger({ timeout: 3_000 }) });
    const receipt = tracker.track("a");
    clock.advance(600_000);
    page.show();
    clock.advance(2_900);
    page.boot();
    clock.advance(100);
    expect(await receipt).toMatchObject({ status: "accepted" });
  });

  test("hands over nothing that was given up before", async () => {
    const tracker = start();
    const receipt = tracker.track("a");
    tracker.optOut();
    page.show();
    expect(await receipt).toEqual({ status: "dropped", reason: "opted_out" });
    expect(page.delivered).toEqual([]);
  });

  test("does not warn of the second of what was given up before", () => {
    const tracker = start({ route: relay({ url: "https://site.test/events" }) });
    const hear = vi.fn();
    tracker.on("warning", hear);
    tracker.track("a");
    tracker.track("a");
    tracker.optOut();
    page.show();
    expect(hear).not.toHaveBeenCalled();
  });
});

describe("close", () => {
  test("with timeout 0 drops what waits before it returns", async () => {
    const tracker = start();
    const receipts = [tracker.track("a"), tracker.track("b")];
    const closed = tracker.close({ timeout: 0 });
    expect(clock.timers()).toBe(0);
    expect(page.listeners()).toBe(0);
    expect(await Promise.all(receipts)).toEqual(Array(2).fill({ status: "dropped", reason: "closed" }));
    expect(await closed).toEqual({ pending: 0, dropped: 2 });
  });

  test("with timeout 0 delivers what can be delivered at once", async () => {
    const tracker = start();
    tracker.track("a");
    page.boot();
    expect(await tracker.close({ timeout: 0 })).toEqual({ pending: 0, dropped: 0 });
    expect(page.delivered).toEqual([["trackEvent", "a"]]);
  });

  test("waits for what can still be delivered, and refuses what comes", async () => {
    const tracker = start();
    const early = tracker.track("a");
    const closed = tracker.close({ timeout: 1_000 });
    expect(await tracker.track("b")).toEqual({ status: "dropped", reason: "closed" });
    page.boot();
    clock.advance(100);
    expect(await early).toMatchObject({ status: "accepted" });
    expect(await closed).toEqual({ pending: 0, dropped: 0 });
    expect(await tracker.close()).toEqual({ pending: 0, dropped: 0 });
    expect(clock.timers()).toBe(0);
  });

  test("without a timeout waits as long as the route lets events wait", async () => {
    const tracker = start({ route: messenger({ timeout: 3_000 }) });
    const receipt = tracker.track("a");
    const closed = tracker.close();
    clock.advance(3_000);
    expect(await receipt).toEqual({ status: "dropped", reason: "expired" });
    expect(await closed).toEqual({ pending: 0, dropped: 0 });
  });

  test("without a timeout waits no longer than half a minute", async () => {
    const tracker = start({ route: messenger({ timeout: 600_000 }) });
    tracker.track("a");
    const closed = vi.fn();
    const closing = tracker.close().then(closed);
    clock.advance(29_999);
    await new Promise(setImmediate);
    expect(closed).not.toHaveBeenCalled();
    clock.advance(1);
    await closing;
    expect(closed).toHaveBeenCalledWith({ pending: 0, dropped: 1 });
  });

  test("is final: opting in opens nothing", async () => {
    page.boot();
    const tracker = start();
    await tracker.close();
    tracker.optOut();
    tracker.optIn();
    expect(await tracker.track("a")).toEqual({ status: "dropped", reason: "closed" });
  });
});

describe("listeners", () => {
  test("hear of each outcome once", async () => {
    const tracker = start();
    const heard: unknown[] = [];
    tracker.on("outcome", (payload) => heard.push(payload));
    tracker.track("a", { x: 1 });
    tracker.track("");
    await tracker.close({ timeout: 0 });
    expect(heard).toEqual([
      { outcome: { status: "invalid", issues: [expect.anything()] } },
      { outcome: { status: "dropped", reason: "closed" }, event: { eventName: "a", metadata: { x: 1 } } },
    ]);
    expect(warn).not.toHaveBeenCalled();
  });

  test("hear warnings of events that are sent all the same", async () => {
    page.boot();
    const tracker = start({ metadataKeys: 1 });
    const heard = vi.fn();
    const stop = tracker.on("warning", heard);
    expect(await tracker.track("a", { x: 1, y: 2 })).toMatchObject({ status: "accepted" });
    expect(heard).toHaveBeenCalledExactlyOnceWith({
      event: { eventName: "a", metadata: { x: 1, y: 2 } },
      warnings: [expect.objectContaining({ code: "key_limit" })],
    });
    stop();
    tracker.track("a", { x: 1, y: 2 });
    expect(heard).toHaveBeenCalledTimes(1);
  });

  test("may close the tracker over a warning: nothing is left waiting", async () => {
    const tracker = start();
    tracker.on("warning", () => void tracker.close({ timeout: 0 }));
    expect(await tracker.track("Changed.Name")).toEqual({ status: "dropped", reason: "closed" });
    expect(clock.timers()).toBe(0);
  });

  test("that throw disturb nothing", async () => {
    page.boot();
    const error = vi.spyOn(console, "error").mockImplementation(() => undefined);
    const tracker = start();
    const heard = vi.fn();
    tracker.on("outcome", () => {
      throw new Error("mine");
    });
    tracker.on("outcome", heard);
    expect(await tracker.track("a")).toMatchObject({ status: "accepted" });
    expect(heard).toHaveBeenCalledTimes(1);
    expect(error).toHaveBeenCalledTimes(1);
  });
});

describe("the console, where nobody listens", () => {
  test("hears of the first loss of each kind, with the event", async () => {
    const tracker = start({ queue: { maxEvents: 2 } });
    for (const name of ["a", "b", "c", "d", "", ""]) tracker.track(name);
    tracker.track("e", { when: new Date(0) } as never);
    clock.advance(30_000);
    await tracker.close();
    await tracker.track("late");
    await tracker.track("later");
    const texts = warn.mock.calls.map(([text]) => text);
    expect(texts).toEqual([
      "intercom-events: an event was lost: queue_full (said once)",
      "intercom-events: an event was lost: invalid (empty) (said once)",
      "intercom-events: an event was lost: invalid (date_key) (said once)",
      "intercom-events: an event was lost: expired (no Messenger had booted, or no relay had taken it, in time) (said once)",
      "intercom-events: an event was lost: closed (said once)",
    ]);
    expect(warn.mock.calls[0]?.[1]).toMatchObject({ event: { eventName: "c" } });
  });

  test("hears of the first remark of each kind", () => {
    page.boot();
    const tracker = start();
    for (const name of ["a", "b"]) tracker.track(name, { text: "x".repeat(300) });
    expect(warn).toHaveBeenCalledExactlyOnceWith(
      "intercom-events: look at this event: string_length (said once)",
      expect.objectContaining({ event: expect.objectContaining({ eventName: "a" }) }),
    );
  });

  test("hears that Intercom will change the name", () => {
    page.boot();
    start().track("Order.Placed");
    expect(page.delivered).toEqual([["trackEvent", "Order.Placed"]]);
    expect(warn.mock.calls[0]?.[1]).toMatchObject({
      warnings: [{ code: "event_name_folded", message: expect.stringContaining('"order-placed"') }],
    });
  });

  test("hears nothing of what was delivered", async () => {
    page.boot();
    await start().track("a");
    expect(warn).not.toHaveBeenCalled();
  });
});

function thrower(): never {
  throw new Error("hostile");
}

function revoked(): object {
  const { proxy, revoke } = Proxy.revocable({}, {});
  revoke();
  return proxy;
}

function cycle(): object {
  const a: Record<string, unknown> = {};
  a.a = a;
  return a;
}
