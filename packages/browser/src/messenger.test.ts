import { afterEach, beforeEach, describe, expect, test, vi } from "vitest";
import { fakeClock } from "../../core/tests/fake-clock.ts";
import { fakePage } from "../test/fake-page.ts";
import { createTracker, type MessengerOptions, messenger, type TrackerOptions } from "./index.ts";

let page = fakePage();
let clock = fakeClock();

beforeEach(() => {
  page = fakePage();
  clock = fakeClock();
  vi.spyOn(console, "warn").mockImplementation(() => undefined);
});

afterEach(() => {
  page.remove();
  vi.restoreAllMocks();
});

function start(options: Partial<TrackerOptions> & { messenger?: MessengerOptions } = {}) {
  const { messenger: route, ...rest } = options;
  return createTracker({ route: messenger(route), clock, ...rest });
}

describe("a booted Messenger", () => {
  test("gets the event before track returns", async () => {
    page.boot();
    const receipt = start().track("placed-order", { order_date: new Date(1_671_028_894_000) });
    expect(page.delivered).toEqual([["trackEvent", "placed-order", { order_date: 1_671_028_894 }]]);
    expect(await receipt).toEqual({ status: "accepted", attempts: 1 });
    expect(await receipt.stored).toBe(true);
    expect(clock.timers()).toBe(0);
  });

  test("gets the name alone when there is no metadata", () => {
    page.boot();
    start().track("logged-in");
    expect(page.delivered).toEqual([["trackEvent", "logged-in"]]);
  });

  test("that throws ends the event as unreachable, once, and the next event is delivered", async () => {
    const cause = new TypeError("Cannot read property 'appId' of null");
    let calls = 0;
    const broken = () => {
      calls += 1;
      if (calls === 1) throw cause;
    };
    page.put(Object.assign(broken, { booted: true }));
    const tracker = start();
    expect(await tracker.track("a")).toEqual({
      status: "rejected",
      verdict: { kind: "unreachable", cause },
      attempts: 1,
    });
    expect(await tracker.track("b")).toMatchObject({ status: "accepted" });
    clock.advance(60_000);
    expect(calls).toBe(2);
  });
});

describe("events wait", () => {
  test.each([
    ["nothing is there", () => undefined],
    ["only the stub is there", () => page.stub()],
    ["the script has loaded but not booted", () => page.load()],
    ["booted is not true", () => page.put(Object.assign(() => undefined, { booted: "no" }))],
    ["something else is there", () => page.put({ booted: true })],
    [
      "looking throws",
      () =>
        page.put(
          new Proxy(() => undefined, {
            get: () => {
              throw new Error("blocked");
            },
          }),
        ),
    ],
  ])("while %s, and arrive in order once it boots", async (_, given) => {
    given();
    const tracker = start();
    const receipts = ["a", "b", "c"].map((name) => tracker.track(name));
    clock.advance(5_000);
    expect([...page.delivered, ...page.lost, ...page.queued]).toEqual([]);
    expect(clock.timers()).toBe(1);
    page.boot();
    clock.advance(100);
    expect(page.delivered.map(([, name]) => name)).toEqual(["a", "b", "c"]);
    expect((await Promise.all(receipts)).map(({ status }) => status)).toEqual(Array(3).fill("accepted"));
    expect(clock.timers()).toBe(0);
    expect(page.listeners()).toBe(0);
  });

  test("and are kept from the moment they are tracked", async () => {
    expect(await Promise.race([start().track("a").stored, "later"])).toBe(true);
  });

  test("again after shutdown, and once more after the next boot", () => {
    const tracker = start();
    page.boot();
    tracker.track("a");
    page.shutdown();
    tracker.track("b");
    clock.advance(1_000);
    expect(page.delivered.map(([, name]) => name)).toEqual(["a"]);
    page.boot();
    clock.advance(100);
    tracker.track("c");
    expect(page.delivered.map(([, name]) => name)).toEqual(["a", "b", "c"]);
    expect(page.lost).toEqual([]);
  });

  test("behind those before them when the Messenger has booted since the last look", () => {
    const tracker = start();
    tracker.track("a");
    page.boot();
    tracker.track("b");
    expect(page.delivered.map(([, name]) => name)).toEqual(["a", "b"]);
  });

  test("until the timeout and not longer", async () => {
    const tracker = start({ messenger: { timeout: 950 } });
    const receipt = tracker.track("a");
    clock.advance(949);
    page.boot();
    page.shutdown();
    const late = tracker.track("b");
    const seen = vi.fn();
    receipt.then(seen);
    await Promise.resolve();
    expect(seen).not.toHaveBeenCalled();
    clock.advance(1);
    expect(await receipt).toEqual({ status: "dropped", reason: "expired" });
    clock.advance(949);
    expect(await late).toEqual({ status: "dropped", reason: "expired" });
    expect(clock.timers()).toBe(0);
    expect(page.listeners()).toBe(0);
    page.boot();
    clock.advance(60_000);
    expect(page.delivered).toEqual([]);
  });

  test("and are still delivered when the page was frozen past the timeout with a booted Messenger", () => {
    start().track("a");
    clock.set(clock.now() + 3_600_000);
    page.boot();
    clock.advance(100);
    expect(page.delivered.map(([, name]) => name)).toEqual(["a"]);
  });

  test.each(["pagehide", "visibilitychange"])("no longer than to a %s", (name) => {
    start().track("a");
    page.boot();
    page.dispatch(name);
    expect(page.delivered).toHaveLength(1);
    expect(page.listeners()).toBe(0);
  });

  test("as long as the page says so itself", () => {
    let ready = false;
    const isBooted = vi.fn(() => ready);
    const tracker = start({ messenger: { isBooted } });
    tracker.track("a");
    expect(isBooted).not.toHaveBeenCalled();
    page.boot();
    clock.advance(1_000);
    expect(page.delivered).toEqual([]);
    ready = true;
    clock.advance(100);
    expect(page.delivered).toHaveLength(1);
    isBooted.mockImplementation(() => {
      throw new Error("mine");
    });
    expect(() => tracker.track("b")).not.toThrow();
    expect(page.delivered).toHaveLength(1);
  });

  test("in a bounded number; the newest is dropped", async () => {
    const tracker = start({ queue: { maxEvents: 2 } });
    tracker.track("a");
    tracker.track("b");
    const full = tracker.track("c");
    expect(await full).toEqual({ status: "dropped", reason: "queue_full" });
    expect(await full.stored).toBe(false);
    page.boot();
    expect(await tracker.track("d")).toMatchObject({ status: "accepted" });
    expect(page.delivered.map(([, name]) => name)).toEqual(["a", "b", "d"]);
  });

  test("as they were when tracked", () => {
    const metadata = { plan: "pro", link: { url: "https://example.org/", value: "there" } };
    start().track("a", metadata);
    metadata.plan = "free";
    metadata.link.value = "elsewhere";
    page.boot();
    clock.advance(100);
    expect(page.delivered).toEqual([
      ["trackEvent", "a", { plan: "pro", link: { url: "https://example.org/", value: "there" } }],
    ]);
  });
});

describe("code of the page that runs while an event is handed over", () => {
  test("may track: that event comes last, and cannot hold the page up", () => {
    const names: unknown[] = [];
    const tracker = start();
    const intercom = (_: string, name: string) => {
      names.push(name);
      tracker.track(`after-${name}`);
    };
    tracker.track("a");
    tracker.track("b");
    page.put(Object.assign(intercom, { booted: true }));
    clock.advance(100);
    expect(names).toEqual(["a", "b"]);
    clock.advance(100);
    expect(names).toEqual(["a", "b", "after-a", "after-b"]);
  });

  test("may track though no more may wait: what is being handed over makes no way", async () => {
    const tracker = start({ queue: { maxEvents: 1, policy: "drop_oldest" } });
    const first = tracker.track("a");
    const inner: ReturnType<typeof tracker.track>[] = [];
    page.put(
      Object.assign((_: string, name: string) => name === "a" && inner.push(tracker.track("b")), {
        booted: true,
      }),
    );
    clock.advance(100);
    expect(await first).toEqual({ status: "accepted", attempts: 1 });
    expect(await Promise.all(inner)).toEqual([{ status: "dropped", reason: "queue_full" }]);
  });

  test("may opt out: what waits is dropped", async () => {
    const tracker = start();
    const receipts = [tracker.track("a"), tracker.track("b")];
    page.put(Object.assign(() => tracker.optOut(), { booted: true }));
    clock.advance(100);
    expect(await Promise.all(receipts)).toEqual([
      { status: "accepted", attempts: 1 },
      { status: "dropped", reason: "opted_out" },
    ]);
  });
});

describe("where there is no page", () => {
  test("events end as not stored, without a timer", async () => {
    page.remove();
    const tracker = start();
    const receipt = tracker.track("a");
    expect(await receipt).toEqual({ status: "dropped", reason: "not_stored" });
    expect(await receipt.stored).toBe(false);
    expect(await tracker.track("")).toMatchObject({ status: "invalid" });
    expect(clock.timers()).toBe(0);
    expect(await tracker.close()).toEqual({ pending: 0, dropped: 0 });
  });

  test("or it has no events, as in React Native", async () => {
    Reflect.set(globalThis, "window", {});
    const receipt = start({ messenger: { timeout: 500 } }).track("a");
    clock.advance(500);
    expect(await receipt).toEqual({ status: "dropped", reason: "expired" });
  });
});

test.each([
  [{ timeout: "1s" }, 'Cannot create messenger route: "timeout" must be a number of at least 0, got string'],
  [{ timeout: -1 }, 'Cannot create messenger route: "timeout" must be a number of at least 0, got -1'],
  [
    { timeout: Number.NaN },
    'Cannot create messenger route: "timeout" must be a number of at least 0, got NaN',
  ],
  [{ isBooted: true }, 'Cannot create messenger route: "isBooted" must be a function, got boolean'],
  [
    { appId: "abc" },
    'Cannot create messenger route: "appId" must be left out, as there is no such option, got string',
  ],
  ["abc123", 'Cannot create messenger route: "options" must be an object, got string'],
  [null, 'Cannot create messenger route: "options" must be an object, got null'],
])("refuses the options %j", (options, message) => {
  expect(() => messenger(options as never)).toThrow(new TypeError(message));
});

test("an event that is larger than all that may wait drops no other", async () => {
  const tracker = start({ queue: { maxBytes: 200, policy: "drop_oldest" } });
  const waiting = tracker.track("a");
  expect(await tracker.track("b", { text: "x".repeat(200) })).toEqual({
    status: "dropped",
    reason: "queue_full",
  });
  page.boot();
  clock.advance(100);
  expect(await waiting).toEqual({ status: "accepted", attempts: 1 });
});

test("a clock that is put back makes none of several events wait longer", async () => {
  const tracker = start();
  const ended = vi.fn();
  for (const name of ["a", "b", "c"]) tracker.track(name).then(ended);
  clock.set(clock.now() - 3_600_000);
  clock.advance(100);
  clock.advance(30_000);
  await new Promise(setImmediate);
  expect(ended).toHaveBeenCalledTimes(3);
});

test("an event that made way for another is not given to the Messenger", async () => {
  const tracker = start({ queue: { maxEvents: 1, policy: "drop_oldest" } });
  const receipts = [tracker.track("a"), tracker.track("b")];
  page.boot();
  tracker.flush();
  expect((await Promise.all(receipts)).map(({ status }) => status)).toEqual(["dropped", "accepted"]);
  expect(page.delivered).toEqual([["trackEvent", "b"]]);
});

test("events keep their order where the Messenger is shut down by the first, or boots between two looks", async () => {
  const tracker = start({ messenger: { isBooted: () => answers.shift() ?? true } });
  const answers = [false, false, true, false];
  const names: string[] = [];
  page.put((_: string, name: string) => {
    names.push(name);
    if (name === "a") tracker.track("c");
  });
  for (const name of ["a", "b"]) tracker.track(name);
  clock.advance(100);
  expect(names).toEqual(["a"]);
  clock.advance(100);
  expect(names).toEqual(["a", "b", "c"]);
});
