import { OutboxError, type Receipt, type RelayRequest } from "@intercom-events/core";
import { afterEach, beforeEach, describe, expect, test, vi } from "vitest";
import { fakeClock } from "../../core/tests/fake-clock.ts";
import {
  type FakeBrowser,
  type FakeRequest,
  type FakeTab,
  fakeBrowser,
  settleDown,
} from "../test/fake-tabs.ts";
import { memoryPageOutbox, sharedStore } from "../test/memory-page-outbox.ts";
import {
  createTracker,
  messenger,
  type RelayOptions,
  relay,
  type Tracker,
  type TrackerOptions,
} from "./index.ts";

type Reply = [status: number, body: unknown, headers?: Record<string, string>] | "lost" | "never";

let clock = fakeClock();
let browser: FakeBrowser;
let replies: Reply[] = [];

beforeEach(() => {
  clock = fakeClock();
  replies = [];
  vi.spyOn(console, "warn").mockImplementation(() => undefined);
  browser = fakeBrowser(async (request) => {
    const reply = replies.shift() ?? [
      200,
      { results: eventsOf(request).map(() => ({ status: "accepted" })) },
    ];
    if (reply === "lost") throw new TypeError("Failed to fetch");
    if (reply === "never") return new Promise(() => {});
    const [status, body, headers = {}] = reply;
    return new Response(JSON.stringify(body), { status, headers });
  });
});

afterEach(() => {
  browser.remove();
  vi.restoreAllMocks();
});

function eventsOf({ body }: Pick<FakeRequest, "body">): RelayRequest["events"] {
  return (JSON.parse(body) as RelayRequest).events;
}

/** The time so many seconds after that of the clocks here, as HTTP has it. */
function dateAfter(seconds: number): string {
  return new Date((1_700_000_000 + seconds) * 1000).toUTCString();
}

/** The names in each request so far. */
function sent(): string[][] {
  return browser.requests.map((request) => eventsOf(request).map(({ event_name }) => event_name));
}

/** What the ids of tabs are made of must differ; what is drawn after it need not. */
function drawIdThenHalf(): () => number {
  let drawn = 0;
  return () => (drawn++ < 1 ? Math.random() : 0.5);
}

interface Started {
  readonly tab: FakeTab;
  readonly tracker: Tracker;
}

let tabs = 0;
/** Of the whole file, as trackers of one page that have one relay know of each other. */
let pages = 0;

function start(options: Partial<TrackerOptions> & { relay?: Partial<RelayOptions> } = {}): Started {
  const { relay: route, ...rest } = options;
  const tab = browser.open(clock);
  const url = `https://site.test/relay-${pages++}?tab=${tabs++}`;
  const tracker = tab.run(() =>
    createTracker({
      route: relay({ url, ...route }),
      clock: tab.clock,
      random: rest.outbox ? drawIdThenHalf() : () => 0.5,
      ...rest,
    }),
  );
  return { tab, tracker };
}

beforeEach(() => {
  tabs = 0;
});

const ACCEPTED = { status: "accepted" };

describe("sending", () => {
  test("events of one turn go together, in order, as text that needs no preflight", async () => {
    const request = vi.spyOn(globalThis, "fetch");
    const { tracker } = start({ relay: { credentials: "include" } });
    const receipts = ["a", "b"].map((name) => tracker.track(name, { n: 1 }));
    expect(await receipts[0]?.stored).toBe(true);
    expect(await Promise.all(receipts)).toEqual(Array(2).fill({ status: "accepted", attempts: 1 }));
    expect(sent()).toEqual([["a", "b"]]);
    expect(request.mock.calls[0]?.[1]).toMatchObject({
      method: "POST",
      headers: { "content-type": "text/plain;charset=UTF-8" },
      credentials: "include",
      keepalive: true,
    });
    expect(browser.requests[0]?.body).toBe(
      '{"events":[{"event_name":"a","created_at":1700000000,"metadata":{"n":1}},{"event_name":"b","created_at":1700000000,"metadata":{"n":1}}]}',
    );
    expect(clock.timers()).toBe(0);
  });

  test("no more than 100 events in a request", async () => {
    const { tracker } = start();
    for (let n = 0; n < 250; n++) tracker.track(`n-${n}`);
    await settleDown();
    expect(sent().map((names) => names.length)).toEqual([100, 100, 50]);
  });

  test("what is stored and does not fit into a request goes with the next, at once", async () => {
    browser.setOnline(false);
    const { tab, tracker } = start({ outbox: memoryPageOutbox(sharedStore()) });
    for (const name of ["a", "b", "c"]) {
      expect(await tracker.track(name, { text: "x".repeat(25_000) }).stored).toBe(true);
    }
    browser.setOnline(true);
    tab.dispatch("online");
    await settleDown(30);
    expect(sent()).toEqual([["a", "b"], ["c"]]);
  });

  test("each event ends as its own answer says", async () => {
    replies = [
      [
        200,
        {
          results: [
            { status: "accepted" },
            { status: "duplicate" },
            { status: "rejected", code: "name_not_allowed" },
            { status: "rejected", code: "contact_not_found" },
            { status: "retry", code: "not_stored" },
          ],
        },
      ],
    ];
    const { tracker } = start();
    const receipts = ["a", "b", "c", "d", "e"].map((name) => tracker.track(name));
    await settleDown();
    clock.advance(1_000);
    expect(await Promise.all(receipts)).toMatchObject([
      ACCEPTED,
      { status: "duplicate" },
      { status: "rejected", verdict: { kind: "invalid_request", errors: [{ code: "name_not_allowed" }] } },
      { status: "rejected", verdict: { kind: "contact_not_found" } },
      { status: "accepted", attempts: 2 },
    ]);
    expect(sent()).toEqual([["a", "b", "c", "d", "e"], ["e"]]);
  });

  test.each([
    [401, "unauthorized"],
    [403, "forbidden"],
    [400, "invalid_request"],
  ])("%d ends the batch as %s, and the next event is sent", async (status, kind) => {
    replies = [[status, { error: { code: kind, message: "" } }]];
    const { tracker } = start();
    expect(await tracker.track("a")).toMatchObject({
      status: "rejected",
      verdict: { kind, status },
      attempts: 1,
    });
    expect(await tracker.track("b")).toMatchObject(ACCEPTED);
  });

  test("a batch that is too large is split, down to the event that is", async () => {
    replies = [
      [413, {}],
      [413, {}],
      [413, {}],
    ];
    const { tracker } = start();
    const receipts = ["a", "b", "c", "d"].map((name) => tracker.track(name));
    const outcomes = await Promise.all(receipts);
    expect(outcomes.map(({ status }) => status)).toEqual(["rejected", "accepted", "accepted", "accepted"]);
    expect(sent().slice(0, 3)).toEqual([["a", "b", "c", "d"], ["a", "b"], ["a"]]);
  });

  test("a way that is closed is tried less and less often, with the same bytes, until an attempt too many", async () => {
    replies = Array(4).fill("lost");
    const { tracker } = start({ relay: { retry: { attempts: 4 } } });
    const receipt = tracker.track("a", { n: 1 });
    const times: number[] = [];
    for (let step = 0; step < 100; step++) {
      await settleDown(2);
      times[browser.requests.length] ??= step * 100;
      clock.advance(100);
    }
    expect(await receipt).toMatchObject({
      status: "rejected",
      verdict: { kind: "unreachable" },
      attempts: 4,
    });
    expect(times.slice(1)).toEqual([0, 500, 1_500, 3_500]);
    expect(new Set(browser.requests.map(({ body }) => body)).size).toBe(1);
    expect(clock.timers()).toBe(0);
  });

  test("after one that was too large alone, events go together again", async () => {
    replies = [[413, {}]];
    const { tracker } = start();
    expect(await tracker.track("a")).toMatchObject({ status: "rejected" });
    await tracker.track("b");
    await Promise.all(["c", "d"].map((name) => tracker.track(name)));
    expect(sent()).toEqual([["a"], ["b"], ["c", "d"]]);
  });

  test("an event that fits into no request is for the relay to refuse", async () => {
    replies = [[413, {}]];
    const { tracker } = start();
    const receipt = tracker.track("a", { text: "x".repeat(62_000) });
    await settleDown();
    expect(sent()).toEqual([["a"]]);
    expect(await receipt).toMatchObject({ status: "rejected" });
  });

  test("a clock that is put back does not put off the next attempt", async () => {
    replies = ["lost"];
    const { tracker } = start();
    const receipt = tracker.track("a");
    await settleDown();
    clock.set(clock.now() - 86_400_000);
    clock.advance(5_000);
    await settleDown();
    expect(sent()).toEqual([["a"], ["a"]]);
    expect(await receipt).toEqual({ status: "accepted", attempts: 2 });
  });

  test("a way that is open again is as it was before it was closed", async () => {
    replies = ["lost", "lost", [200, { results: [ACCEPTED] }], "lost"];
    const { tracker } = start();
    const first = tracker.track("a");
    for (let step = 0; step < 4; step++) {
      await settleDown(2);
      clock.advance(500);
    }
    expect(await first).toEqual({ status: "accepted", attempts: 3 });
    const second = tracker.track("b");
    await settleDown();
    clock.advance(500);
    await settleDown();
    expect(await second).toEqual({ status: "accepted", attempts: 2 });
    expect(browser.requests.map(({ keepalive }) => keepalive)).toEqual([true, false, false, true, false]);
  });

  test("what is undefined takes its default", async () => {
    replies = ["lost"];
    const retry = { attempts: undefined, baseDelay: undefined, maxAge: undefined };
    const { tracker } = start({ relay: { timeout: undefined, retry } });
    const receipt = tracker.track("a");
    await settleDown();
    clock.advance(499);
    await settleDown();
    expect(sent()).toEqual([["a"]]);
    clock.advance(1);
    expect(await receipt).toEqual({ status: "accepted", attempts: 2 });
  });

  test.each(["429", "503"])("what the relay asks for with %s is kept, for all events", async (status) => {
    replies = [[Number(status), {}, { "retry-after": "7" }]];
    const { tracker } = start();
    tracker.track("a");
    await settleDown();
    tracker.track("b");
    tracker.flush();
    for (let second = 0; second < 6; second++) {
      clock.advance(1_000);
      await settleDown(2);
    }
    expect(sent()).toEqual([["a"]]);
    clock.advance(1_000);
    await settleDown();
    expect(sent().flat().sort()).toEqual(["a", "a", "b"]);
  });

  test("a relay that says nothing is given up after the timeout", async () => {
    replies = ["never"];
    const { tracker } = start({ relay: { timeout: 3_000, retry: { attempts: 1 } } });
    const receipt = tracker.track("a");
    await settleDown();
    clock.advance(3_000);
    expect(await receipt).toEqual({ status: "rejected", verdict: { kind: "timeout" }, attempts: 1 });
  });

  test("a request that not even its abort ends is given up after the timeout, and holds nothing up", async () => {
    vi.spyOn(globalThis, "fetch").mockReturnValueOnce(new Promise(() => {}));
    const { tracker } = start({ relay: { timeout: 3_000 } });
    const first = tracker.track("a");
    await settleDown();
    const second = tracker.track("b");
    clock.advance(3_000);
    await settleDown();
    clock.advance(500);
    expect(await Promise.all([first, second])).toEqual([
      { status: "accepted", attempts: 2 },
      { status: "accepted", attempts: 1 },
    ]);
  });

  test("an event that is too old when it fails is dropped as expired", async () => {
    replies = Array(9).fill("lost");
    const { tracker } = start({ relay: { retry: { maxAge: 2_000 } } });
    const receipt = tracker.track("a");
    for (let step = 0; step < 30; step++) {
      await settleDown(2);
      clock.advance(100);
    }
    expect(await receipt).toEqual({ status: "dropped", reason: "expired" });
  });

  test("is delivered though Prototype.js has put a function of its own in the place of entries", async () => {
    const { entries } = Array.prototype;
    const { tracker } = start();
    Array.prototype.entries = function entries(this: unknown[]) {
      return [...this] as never;
    };
    try {
      const receipt = tracker.track("a");
      await settleDown();
      expect(await Promise.race([receipt, "never"])).toEqual({ status: "accepted", attempts: 1 });
    } finally {
      Array.prototype.entries = entries;
    }
  });

  test("without a network nothing is tried, and it goes on when there is one", async () => {
    const { tab, tracker } = start();
    browser.setOnline(false);
    const receipt = tracker.track("a");
    await settleDown();
    clock.advance(60_000);
    await settleDown();
    expect(sent()).toEqual([]);
    browser.setOnline(true);
    tab.dispatch("online");
    expect(await receipt).toEqual({ status: "accepted", attempts: 1 });
  });

  test("to lose the network is no attempt that failed, unless there was a reply", async () => {
    let reply = (_: Response): void => {};
    vi.spyOn(globalThis, "fetch").mockReturnValueOnce(new Promise((resolve) => (reply = resolve)));
    replies = ["never"];
    const { tab, tracker } = start({ relay: { timeout: 3_000, retry: { attempts: 1 } } });
    const answered = tracker.track("a");
    await settleDown();
    browser.setOnline(false);
    reply(new Response("", { status: 503 }));
    expect(await answered).toMatchObject({ status: "rejected", attempts: 1 });
    browser.setOnline(true);
    const unanswered = tracker.track("b");
    await settleDown();
    browser.setOnline(false);
    clock.advance(3_000);
    await settleDown();
    browser.setOnline(true);
    tab.dispatch("online");
    await settleDown();
    clock.advance(5_000);
    await settleDown();
    expect(await unanswered).toEqual({ status: "accepted", attempts: 2 });
  });

  test.each([
    ["cannot be had", () => Promise.reject(new Error("no session"))],
    ["is not there", () => Promise.resolve(undefined as never)],
    ["is empty", () => Promise.resolve("")],
  ])("the identity goes along; where it %s, that is an attempt that failed", async (_, first) => {
    const identity = vi.fn(async () => "signed").mockImplementationOnce(first);
    const { tracker } = start({ relay: { identity } });
    const receipt = tracker.track("a");
    await settleDown();
    clock.advance(500);
    expect(await receipt).toEqual({ status: "accepted", attempts: 2 });
    expect(browser.requests.map(({ body }) => JSON.parse(body).identity)).toEqual(["signed"]);
  });
});

describe("the second of an event", () => {
  test("is one no other event of its name has, and a warning says so", async () => {
    const { tracker } = start();
    const heard = vi.fn();
    tracker.on("warning", heard);
    for (const name of ["a", "A", "b"]) tracker.track(name);
    await settleDown();
    expect(browser.requests.flatMap(eventsOf).map(({ created_at }) => created_at)).toEqual([
      1_700_000_000, 1_700_000_001, 1_700_000_000,
    ]);
    const moved = heard.mock.calls
      .flatMap(([{ warnings }]) => warnings)
      .filter(({ code }) => code === "second_moved");
    expect(moved).toEqual([
      { path: "createdAt", code: "second_moved", message: expect.stringContaining("moved by 1 s") },
    ]);
  });

  test.each<[string, Reply, number]>([
    [
      "far from the page's, and is not changed later",
      [200, { results: [{ status: "retry", code: "not_stored" }] }, { date: dateAfter(3600) }],
      1_700_003_600,
    ],
    ["told by a relay that answers, not by a cache", [503, {}, { date: dateAfter(-9999) }], 1_700_000_000],
    ["not a service worker's", [200, "<html>", { date: dateAfter(-9999) }], 1_700_000_000],
  ])("goes by the relay's clock if that is %s", async (_, reply, later) => {
    replies = [reply];
    const { tracker } = start();
    tracker.track("a");
    await settleDown();
    tracker.track("b");
    clock.advance(1_000);
    await settleDown();
    expect(browser.requests.map((request) => eventsOf(request).map(({ created_at }) => created_at))).toEqual([
      [1_700_000_000],
      [1_700_000_000, later],
    ]);
  });

  test("is no other tracker's of the page, with the same relay", async () => {
    const { tab, tracker } = start();
    tracker.track("a");
    await settleDown();
    await tracker.close();
    const [{ url } = { url: "" }] = browser.requests;
    const next = tab.run(() => createTracker({ route: relay({ url }), clock }));
    next.track("a");
    await settleDown();
    expect(browser.requests.flatMap(eventsOf).map(({ created_at }) => created_at)).toEqual([
      1_700_000_000, 1_700_000_001,
    ]);
  });

  test.each([
    ["is right, though a reply is read an hour late", 0, 3_600_000, 0],
    ["was right, and is put back a day before a reply is read", 86_400_000, -86_400_000, 0],
    ["is a day ahead, though a reply is read an hour late", 86_400_000, 3_600_000, -86_400_000],
  ])("with a clock that %s", async (_, ahead, passed, expected) => {
    const date = new Date(clock.now()).toUTCString();
    clock.set(clock.now() + ahead);
    let reply = (_: Response) => {};
    vi.spyOn(globalThis, "fetch").mockReturnValueOnce(new Promise((resolve) => (reply = resolve)));
    const { tracker } = start();
    tracker.track("a");
    await settleDown();
    clock.set(clock.now() + passed);
    reply(new Response('{"results":[{"status":"accepted"}]}', { headers: { date } }));
    await settleDown();
    await tracker.track("b");
    const [event] = eventsOf(browser.requests[0] as FakeRequest);
    const moved = (event?.created_at ?? 0) * 1000 - clock.now();
    expect(Math.abs(moved - expected)).toBeLessThan(2_000);
  });

  test("goes by the page's clock if that is nearly right", async () => {
    replies = [[503, {}, { date: new Date(clock.now() + 50_000).toUTCString() }]];
    const { tracker } = start();
    tracker.track("a");
    await settleDown();
    tracker.track("b");
    clock.advance(1_000);
    await settleDown();
    expect(eventsOf(browser.requests[1] as FakeRequest)[1]?.created_at).toBe(1_700_000_000);
  });
});

describe("too many events", () => {
  test.each([
    ["drop_newest" as const, ["a", "b"], [true, true, false]],
    ["drop_oldest" as const, ["b", "c"], [false, true, true]],
  ])("%s", async (policy, names, delivered) => {
    browser.setOnline(false);
    const { tab, tracker } = start({ queue: { maxEvents: 2, policy } });
    const receipts = ["a", "b", "c"].map((name) => tracker.track(name));
    browser.setOnline(true);
    tab.dispatch("online");
    const outcomes = await Promise.all(receipts);
    expect(outcomes.map(({ status }) => status === "accepted")).toEqual(delivered);
    expect(outcomes.find(({ status }) => status !== "accepted")).toEqual({
      status: "dropped",
      reason: "queue_full",
    });
    expect(sent().flat()).toEqual(names);
  });

  test("in characters", async () => {
    const { tracker } = start({ queue: { maxBytes: 150 } });
    const receipts = ["a", "b", "c"].map((name) => tracker.track(name, { text: "x".repeat(50) }));
    expect((await Promise.all(receipts)).map(({ status }) => status)).toEqual([
      "accepted",
      "dropped",
      "dropped",
    ]);
  });

  test("in the store", async () => {
    browser.setOnline(false);
    const store = sharedStore();
    const { tab, tracker } = start({
      outbox: memoryPageOutbox(store, { maxEvents: 2 }),
      queue: { policy: "drop_oldest" },
    });
    const receipts = [];
    for (const name of ["a", "b", "c"]) {
      receipts.push(tracker.track(name));
      await settleDown();
    }
    browser.setOnline(true);
    tab.dispatch("online");
    await settleDown();
    expect((await Promise.all(receipts)).map(({ status }) => status)).toEqual([
      "dropped",
      "accepted",
      "accepted",
    ]);
  });

  test("in the store, where the oldest waits for its next attempt", async () => {
    replies = Array(9).fill([503, {}]);
    const { tracker } = start({
      outbox: memoryPageOutbox(sharedStore(), { maxEvents: 1 }),
      queue: { policy: "drop_oldest" },
    });
    const oldest = tracker.track("a");
    await settleDown();
    expect(sent()).toEqual([["a"]]);
    expect(await tracker.track("b").stored).toBe(true);
    expect(await oldest).toEqual({ status: "dropped", reason: "queue_full" });
  });

  test("in the store, where the oldest is on its way", async () => {
    browser.setOnline(false);
    const { tab, tracker } = start({
      outbox: memoryPageOutbox(sharedStore(), { maxEvents: 1 }),
      queue: { policy: "drop_oldest" },
    });
    const oldest = tracker.track("a");
    await settleDown();
    let reply = (_: Response) => {};
    vi.spyOn(globalThis, "fetch").mockReturnValueOnce(new Promise((resolve) => (reply = resolve)));
    browser.setOnline(true);
    browser.setVisible(false);
    tab.dispatch("visibilitychange");
    browser.setVisible(true);
    await settleDown();
    expect(await tracker.track("b")).toEqual({ status: "dropped", reason: "queue_full" });
    reply(new Response('{"results":[{"status":"accepted"}]}'));
    expect(await oldest).toMatchObject(ACCEPTED);
  });
});

describe("a page that goes", () => {
  test("sends what waits to be tried again, in requests that outlive it, and the latest if not all fits", async () => {
    replies = ["lost"];
    const { tab, tracker } = start();
    for (let n = 0; n < 20; n++) tracker.track(`n-${n}`, { text: "x".repeat(5_000) });
    await settleDown();
    const before = browser.requests.length;
    tab.dispatch("pagehide");
    const left = browser.requests.slice(before);
    expect(left.every(({ keepalive }) => keepalive)).toBe(true);
    const names = left.flatMap(eventsOf).map(({ event_name }) => event_name);
    expect(names).toContain("n-19");
    expect(names).not.toContain("n-0");
    expect(left.reduce((sum, { body }) => sum + body.length, 0)).toBeLessThanOrEqual(60 * 1024);
    await settleDown();
  });

  test("sends its events in their order, what is not stored before what is", async () => {
    browser.setOnline(false);
    let isBroken = true;
    const outbox = memoryPageOutbox(sharedStore(), { fails: () => isBroken });
    const { tab, tracker } = start({ outbox });
    const text = "x".repeat(25_000);
    for (const name of ["a", "b"]) tracker.track(name, { text });
    await settleDown();
    isBroken = false;
    for (const name of ["c", "d"]) expect(await tracker.track(name, { text }).stored).toBe(true);
    browser.setOnline(true);
    tab.dispatch("pagehide");
    expect(sent()).toEqual([["a", "b"]]);
    await settleDown();
  });

  test("is told that nobody knows its visitor", async () => {
    browser.setOnline(false);
    replies = [[401, { error: { code: "unauthorized", message: "" } }]];
    const { tab, tracker } = start();
    const receipt = tracker.track("a");
    await settleDown();
    browser.setOnline(true);
    tab.dispatch("pagehide");
    expect(await receipt).toMatchObject({ status: "rejected", verdict: { kind: "unauthorized" } });
  });

  test("sends again what is on its way in a request that does not outlive it", async () => {
    replies = ["lost", "never"];
    const { tab, tracker } = start();
    tracker.track("a");
    await settleDown();
    clock.advance(500);
    await settleDown();
    tab.dispatch("pagehide");
    expect(browser.requests.map(({ keepalive }) => keepalive)).toEqual([true, false, true]);
    await settleDown();
  });

  test("sends nothing twice as it comes back before there is a reply", async () => {
    replies = ["lost", "never"];
    const { tab, tracker } = start();
    tracker.track("a");
    await settleDown();
    tab.dispatch("pagehide");
    tab.dispatch("pageshow", { persisted: true });
    clock.advance(10_000);
    await settleDown();
    expect(sent()).toEqual([["a"], ["a"]]);
    await tracker.close({ timeout: 0 });
  });

  test("sends a smaller event though a later one is too large for a request that outlives it", async () => {
    browser.setOnline(false);
    const { tab, tracker } = start();
    tracker.track("small");
    tracker.track("large", { text: "x".repeat(62_000) });
    await settleDown();
    browser.setOnline(true);
    tab.dispatch("pagehide");
    expect(sent()).toEqual([["small"]]);
    await settleDown();
  });

  test("sends as much of the latest with an identity that has to be awaited", async () => {
    const { tab, tracker } = start({ relay: { identity: async () => "t".repeat(400) } });
    await tracker.track("a");
    replies = ["never"];
    for (let n = 0; n < 90; n++) tracker.track(`slow-${n}`, { text: "x".repeat(400) });
    await settleDown();
    for (let n = 0; n < 50; n++) tracker.track(`n-${n}`, { text: "x".repeat(400) });
    const before = browser.requests.length;
    tab.dispatch("pagehide");
    await settleDown();
    const left = browser.requests.slice(before);
    expect(left.every(({ keepalive }) => keepalive)).toBe(true);
    const names = left.flatMap(eventsOf).map(({ event_name }) => event_name);
    expect(names).toContain("n-49");
    expect(names.length).toBeGreaterThan(20);
    const inFlight = browser.requests.slice(1);
    expect(inFlight.reduce((sum, { body }) => sum + body.length, 0)).toBeLessThanOrEqual(60 * 1024);
    clock.advance(20_000);
    await settleDown();
  });

  test("uses up no attempt as its tab is hidden again and again", async () => {
    replies = Array(7).fill([503, {}, { "retry-after": "600" }]);
    const { tab, tracker } = start({ relay: { retry: { attempts: 2 } } });
    const receipt = tracker.track("a");
    for (let time = 0; time < 6; time++) {
      await settleDown();
      browser.setVisible(false);
      tab.dispatch("visibilitychange");
      browser.setVisible(true);
    }
    await settleDown();
    expect(sent()).toHaveLength(7);
    clock.advance(600_000);
    expect(await receipt).toEqual({ status: "accepted", attempts: 8 });
  });

  test("sends nothing twice that is on its way in a request that outlives it", async () => {
    replies = ["never"];
    const { tab, tracker } = start();
    tracker.track("a");
    await settleDown();
    tab.dispatch("pagehide");
    await settleDown();
    expect(sent()).toEqual([["a"]]);
    clock.advance(20_000);
  });

  test("also sends what is tracked while it goes", async () => {
    const { tab, tracker } = start({ outbox: memoryPageOutbox(sharedStore()) });
    tab.dispatch("pagehide");
    tracker.track("late");
    await Promise.resolve();
    await Promise.resolve();
    expect(sent()).toEqual([["late"]]);
    await settleDown();
  });

  test("marks in the store what it has sent, so that the next page does not send it at once", async () => {
    const store = sharedStore();
    const first = start({ outbox: memoryPageOutbox(store, { isAlive: () => true }) });
    replies = ["never"];
    first.tracker.track("a");
    await Promise.resolve();
    first.tab.dispatch("pagehide");
    await settleDown();
    first.tab.kill();
    start({ outbox: memoryPageOutbox(store) });
    await settleDown();
    expect(sent()).toEqual([["a"]]);
    for (let second = 0; second < 40; second++) {
      clock.advance(1_000);
      await settleDown(4);
    }
    expect(sent()).toEqual([["a"], ["a"]]);
    expect(new Set(browser.requests.map(({ body }) => body)).size).toBe(1);
    expect(store.events.events.size).toBe(0);
  });

  test("goes on where it was when it comes back from the cache", async () => {
    const { tab, tracker } = start({ outbox: memoryPageOutbox(sharedStore()) });
    tab.dispatch("pagehide", { persisted: true });
    await settleDown();
    tab.dispatch("pageshow", { persisted: true });
    replies = ["lost"];
    tab.run(() => tracker.track("a"));
    for (let second = 0; second < 10; second++) {
      await settleDown(4);
      clock.advance(1_000);
    }
    expect(sent()).toEqual([["a"], ["a"]]);
  });

  test("warns once of an event that was moved, although it is stored later", async () => {
    const { tab, tracker } = start({ outbox: memoryPageOutbox(sharedStore()) });
    const codes: string[] = [];
    tracker.on("warning", ({ warnings }) => codes.push(...warnings.map(({ code }) => code)));
    tab.run(() => tracker.track("a"));
    tab.run(() => tracker.track("a"));
    tab.dispatch("pagehide");
    await settleDown();
    expect(codes).toEqual(["second_moved"]);
  });
});

describe("tabs", () => {
  test("one delivers, the others hear of their events, and another takes over", async () => {
    const store = sharedStore();
    const one = start({ outbox: memoryPageOutbox(store) });
    const other = start({ outbox: memoryPageOutbox(store) });
    await settleDown();
    const receipt = other.tracker.track("a");
    expect(await receipt.stored).toBe(true);
    expect(await receipt).toEqual({ status: "accepted", attempts: 1 });
    expect(browser.requests.map(({ tab }) => tab)).toEqual([one.tab]);
    one.tab.kill();
    expect(await other.tracker.track("b")).toMatchObject(ACCEPTED);
    expect(browser.requests[1]?.tab).toBe(other.tab);
  });

  test("one that does not deliver looks time and again, and never at once", async () => {
    const after = vi.spyOn(clock, "after");
    const store = sharedStore();
    const first = start({ outbox: memoryPageOutbox(store) });
    const second = start({ outbox: memoryPageOutbox(store) });
    replies = ["never"];
    second.tab.run(() => second.tracker.track("a"));
    await settleDown(30);
    expect(browser.requests.map(({ tab }) => tab)).toEqual([first.tab]);
    expect(after).toHaveBeenCalled();
    expect(Math.min(...after.mock.calls.map(([milliseconds]) => milliseconds))).toBeGreaterThan(0);
  });

  test("one that has missed how its event ended looks into the store", async () => {
    const store = sharedStore();
    start({ outbox: memoryPageOutbox(store) });
    const other = start({ outbox: memoryPageOutbox(store) });
    await settleDown();
    vi.spyOn(BroadcastChannel.prototype, "postMessage").mockImplementation(() => undefined);
    const receipt = other.tracker.track("a");
    for (let second = 0; second < 20; second++) {
      clock.advance(1_000);
      await settleDown(4);
    }
    expect(await receipt).toEqual({ status: "accepted", attempts: 0 });
  });

  test("one that has missed how its event ended looks into the store, which may hold others", async () => {
    browser.setOnline(false);
    const store = sharedStore();
    const one = start({ outbox: memoryPageOutbox(store) });
    const receipts = ["a", "b"].map((name) => one.tab.run(() => one.tracker.track(name)));
    await settleDown();
    const [a, b] = receipts.map((receipt) => {
      const ended = vi.fn();
      receipt.then(ended);
      return ended;
    });
    one.tab.dispatch("pagehide", { persisted: true });
    await settleDown();
    browser.setOnline(true);
    replies = [[200, { results: [{ status: "accepted" }, { status: "retry" }] }, { "retry-after": "1800" }]];
    start({ outbox: memoryPageOutbox(store) });
    await settleDown();
    one.tab.dispatch("pageshow", { persisted: true });
    for (let second = 0; second < 20; second++) {
      clock.advance(1_000);
      await settleDown(4);
    }
    expect(a).toHaveBeenCalledExactlyOnceWith({ status: "accepted", attempts: 0 });
    expect(b).not.toHaveBeenCalled();
  });

  test("without locks each delivers, and no event goes twice", async () => {
    Object.assign(navigator, { locks: undefined });
    const store = sharedStore();
    const both = [start({ outbox: memoryPageOutbox(store) }), start({ outbox: memoryPageOutbox(store) })];
    const receipts = both.flatMap(({ tracker }) => ["a", "b"].map((name) => tracker.track(name)));
    await settleDown(30);
    expect((await Promise.all(receipts)).map(({ status }) => status)).toEqual(Array(4).fill("accepted"));
    expect(browser.requests.flatMap(eventsOf)).toHaveLength(4);
  });

  test("a clock that is put back a day holds nothing up", async () => {
    const store = sharedStore();
    replies = ["lost"];
    const { tracker } = start({ outbox: memoryPageOutbox(store) });
    const receipt = tracker.track("a");
    await settleDown();
    clock.set(clock.now() - 86_400_000);
    for (let second = 0; second < 300; second++) {
      clock.advance(1_000);
      await settleDown(4);
    }
    expect(await receipt).toMatchObject(ACCEPTED);
  });

  test("opting out deletes what is stored, and tells the other tabs", async () => {
    browser.setOnline(false);
    const store = sharedStore();
    const [one, other] = [
      start({ outbox: memoryPageOutbox(store) }),
      start({ outbox: memoryPageOutbox(store) }),
    ];
    const receipts = [one, other].map(({ tracker }) => tracker.track("a"));
    await settleDown();
    one?.tracker.optOut();
    await settleDown();
    expect(await Promise.all(receipts)).toEqual(Array(2).fill({ status: "dropped", reason: "opted_out" }));
    expect(store.events.events.size).toBe(0);
  });

  test.each<[string, Reply]>([
    ["is told to wait", [429, {}]],
    ["fails", [503, {}]],
  ])("what an earlier page has left days before outlives a first attempt that %s", async (_, reply) => {
    browser.setOnline(false);
    const store = sharedStore();
    const earlier = start({ outbox: memoryPageOutbox(store) });
    expect(await earlier.tracker.track("a").stored).toBe(true);
    earlier.tab.kill();
    clock.advance(3 * 86_400_000);
    browser.setOnline(true);
    replies = [reply];
    start({ outbox: memoryPageOutbox(store) });
    for (let second = 0; second < 20; second++) {
      clock.advance(1_000);
      await settleDown();
    }
    expect(sent()).toEqual([["a"], ["a"]]);
    expect(store.events.events.size).toBe(0);
  });

  test("opting out while the store fails sends nothing of it, and deletes it once that can be done", async () => {
    browser.setOnline(false);
    const store = sharedStore();
    const earlier = start({ outbox: memoryPageOutbox(store) });
    earlier.tracker.track("a");
    await settleDown();
    earlier.tab.kill();
    let isBroken = true;
    const { tab, tracker } = start({ outbox: memoryPageOutbox(store, { fails: () => isBroken }) });
    tracker.optOut();
    await settleDown();
    expect(store.events.events.size).toBe(1);
    isBroken = false;
    browser.setOnline(true);
    tab.dispatch("online");
    await settleDown();
    expect(sent()).toEqual([]);
    expect(store.events.events.size).toBe(0);
  });

  test("opting in again while the store fails costs no event that comes after", async () => {
    browser.setOnline(false);
    const store = sharedStore();
    let isBroken = false;
    const { tab, tracker } = start({ outbox: memoryPageOutbox(store, { fails: () => isBroken }) });
    tracker.track("a");
    await settleDown();
    isBroken = true;
    tracker.optOut();
    await settleDown();
    tracker.optIn();
    isBroken = false;
    const receipt = tracker.track("b");
    expect(await receipt.stored).toBe(true);
    expect([...store.events.events.values()]).toHaveLength(1);
    browser.setOnline(true);
    tab.dispatch("online");
    expect(await receipt).toEqual({ status: "accepted", attempts: 1 });
    expect(sent()).toEqual([["b"]]);
  });

  test("opting out deletes nothing that another tab stores once the store was emptied", async () => {
    browser.setOnline(false);
    const store = sharedStore();
    const outbox = memoryPageOutbox(store);
    const { clear } = outbox;
    let answer = (): void => undefined;
    const answered = new Promise<void>((resolve) => {
      answer = resolve;
    });
    outbox.clear = () => clear().then(() => answered);
    const one = start({ outbox });
    const other = start({ outbox: memoryPageOutbox(store) });
    one.tab.run(() => one.tracker.optOut());
    await settleDown();
    one.tracker.optIn();
    expect(await other.tracker.track("a").stored).toBe(true);
    const receipt = one.tracker.track("b");
    await settleDown();
    answer();
    expect(await receipt.stored).toBe(true);
    expect(store.events.events.size).toBe(2);
  });

  test("opting out deletes what another tab was storing, though it comes after the store was emptied", async () => {
    browser.setOnline(false);
    const store = sharedStore();
    const emptied = memoryPageOutbox(store);
    emptied.clear = async () => undefined;
    const outbox = memoryPageOutbox(store);
    const { appendApart } = outbox;
    let answer = (): void => undefined;
    const heard = new Promise<void>((resolve) => {
      answer = resolve;
    });
    outbox.appendApart = async (drafts) => {
      const records = await appendApart(drafts);
      await heard;
      return records;
    };
    const one = start({ outbox: emptied });
    const other = start({ outbox });
    const receipt = other.tracker.track("a");
    await settleDown();
    one.tab.run(() => one.tracker.optOut());
    expect(await receipt).toEqual({ status: "dropped", reason: "opted_out" });
    answer();
    await settleDown();
    expect(store.events.events.size).toBe(0);
  });

  test("opting out twice deletes what came between", async () => {
    browser.setOnline(false);
    const store = sharedStore();
    const outbox = memoryPageOutbox(store);
    const { clear } = outbox;
    const answers: (() => void)[] = [];
    outbox.clear = () => clear().then(() => new Promise((resolve) => answers.push(resolve)));
    const one = start({ outbox });
    const other = start({ outbox: memoryPageOutbox(store) });
    one.tab.run(() => one.tracker.optOut());
    await settleDown();
    expect(await other.tracker.track("a").stored).toBe(true);
    one.tab.run(() => one.tracker.optOut());
    await settleDown();
    for (const answer of answers) answer();
    await settleDown();
    expect(store.events.events.size).toBe(0);
    one.tracker.optIn();
    expect(await one.tracker.track("b").stored).toBe(true);
  });

  test("opting out after closing tells the other tabs, too", async () => {
    browser.setOnline(false);
    const store = sharedStore();
    const one = start({ outbox: memoryPageOutbox(store) });
    const other = start({ outbox: memoryPageOutbox(store) });
    const receipt = other.tracker.track("a");
    await settleDown();
    await one.tracker.close({ timeout: 0 });
    one.tab.run(() => one.tracker.optOut());
    await settleDown();
    expect(store.events.events.size).toBe(0);
    expect(await receipt).toEqual({ status: "dropped", reason: "opted_out" });
  });

  test("opting out in another tab drops what a tab has in memory alone, too", async () => {
    browser.setOnline(false);
    const store = sharedStore();
    const one = start({ outbox: memoryPageOutbox(store) });
    const other = start({ outbox: memoryPageOutbox(store, { fails: () => true }) });
    const receipt = other.tracker.track("a");
    await settleDown();
    expect(await receipt.stored).toBe(false);
    one.tab.run(() => one.tracker.optOut());
    await settleDown();
    expect(await receipt).toEqual({ status: "dropped", reason: "opted_out" });
    browser.setOnline(true);
    other.tab.dispatch("online");
    await settleDown();
    expect(sent()).toEqual([]);
  });

  test("what is stored as the page is hidden outlives what opting out still has to delete", async () => {
    browser.setOnline(false);
    const store = sharedStore();
    let isBroken = true;
    const { tab, tracker } = start({ outbox: memoryPageOutbox(store, { fails: () => isBroken }) });
    tracker.optOut();
    await settleDown();
    tracker.optIn();
    const receipt = tracker.track("a");
    await settleDown();
    expect(await receipt.stored).toBe(false);
    isBroken = false;
    tab.dispatch("pagehide");
    await settleDown();
    tab.dispatch("pageshow");
    await settleDown();
    expect([...store.events.events.values()]).toHaveLength(1);
    browser.setOnline(true);
    tab.dispatch("online");
    expect(await receipt).toEqual({ status: "accepted", attempts: 1 });
    expect(sent()).toEqual([["a"]]);
  });

  test("one that was frozen with the lock holds up the events of others for half a minute", async () => {
    const store = sharedStore();
    start({ outbox: memoryPageOutbox(store, { isAlive: () => false }) });
    const other = start({ outbox: memoryPageOutbox(store) });
    await settleDown();
    const receipt = other.tracker.track("a");
    for (let second = 0; second < 25; second++) {
      clock.advance(1_000);
      await settleDown(2);
    }
    expect(sent()).toEqual([]);
    for (let second = 0; second < 15; second++) {
      clock.advance(1_000);
      await settleDown(2);
    }
    expect(await receipt).toEqual({ status: "accepted", attempts: 1 });
    expect(sent()).toEqual([["a"]]);
  });

  test("an event that has ended, but is still in the store, makes way without being told of again", async () => {
    browser.setOnline(false);
    const store = sharedStore();
    const { tab, tracker } = start({
      outbox: memoryPageOutbox(store, { maxEvents: 1 }),
      queue: { policy: "drop_oldest" },
    });
    const told: unknown[] = [];
    tracker.on("outcome", ({ outcome, event }) => told.push([event?.eventName, outcome.status]));
    tab.run(() => tracker.track("a"));
    await settleDown();
    const [id] = store.events.events.keys();
    const outcome = { status: "accepted", attempts: 1 };
    new BroadcastChannel("intercom-events ").postMessage({ ended: [{ id, outcome }] });
    await settleDown();
    const second = tab.run(() => tracker.track("b"));
    expect(await second.stored).toBe(true);
    await settleDown();
    expect(told).toEqual([["a", "accepted"]]);
  });

  test("an event whose end could not be written leaves the store later, and is not sent again", async () => {
    const store = sharedStore();
    const outbox = memoryPageOutbox(store);
    const { tracker } = start({ outbox });
    vi.spyOn(outbox, "settle").mockRejectedValueOnce(new Error("the disk is broken"));
    expect(await tracker.track("a")).toMatchObject(ACCEPTED);
    await settleDown();
    expect(store.events.events.size).toBe(1);
    tracker.track("b");
    for (let second = 0; second < 60; second++) {
      clock.advance(1_000);
      await settleDown(4);
    }
    expect(sent()).toEqual([["a"], ["b"]]);
    expect(store.events.events.size).toBe(0);
  });

  test("an event that makes way for another before it is stored is not sent by any", async () => {
    const store = sharedStore();
    start({ outbox: memoryPageOutbox(store) });
    const other = start({ outbox: memoryPageOutbox(store), queue: { maxEvents: 2, policy: "drop_oldest" } });
    await settleDown();
    const receipts = ["a", "b", "c"].map((name) => other.tracker.track(name));
    expect(await receipts[0]).toEqual({ status: "dropped", reason: "queue_full" });
    expect(await Promise.all(receipts.slice(1))).toMatchObject([ACCEPTED, ACCEPTED]);
    await settleDown(30);
    expect(sent().flat()).toEqual(["b", "c"]);
  });

  test("closing sends nothing of what the store hands out meanwhile", async () => {
    const store = sharedStore();
    browser.setOnline(false);
    const before = start({ outbox: memoryPageOutbox(store) });
    before.tracker.track("a");
    await settleDown();
    before.tab.kill();
    const { tracker } = start({ outbox: memoryPageOutbox(store) });
    await settleDown();
    browser.setOnline(true);
    void tracker.flush();
    for (let turn = 0; turn < 3; turn++) await Promise.resolve();
    await tracker.close({ timeout: 0 });
    await settleDown(30);
    expect(sent()).toEqual([]);
    start({ outbox: memoryPageOutbox(store) });
    await settleDown();
    expect(sent()).toEqual([["a"]]);
  });

  test("flush does not wait for what closing leaves in the store", async () => {
    browser.setOnline(false);
    const { tracker } = start({ outbox: memoryPageOutbox(sharedStore()) });
    tracker.track("a");
    await settleDown();
    const earlier = tracker.flush();
    await tracker.close({ timeout: 0 });
    expect(await earlier).toEqual({ pending: 1 });
    expect(await tracker.flush()).toEqual({ pending: 1 });
    expect(clock.timers()).toBe(0);
  });

  test("closing leaves what is stored to the next page, and lets another tab deliver", async () => {
    browser.setOnline(false);
    const store = sharedStore();
    const one = start({ outbox: memoryPageOutbox(store) });
    one.tracker.track("a");
    await settleDown();
    expect(await one.tracker.close({ timeout: 0 })).toEqual({ pending: 1, dropped: 0 });
    expect(clock.timers()).toBe(0);
    browser.setOnline(true);
    one.tab.dispatch("online");
    await settleDown(30);
    expect([sent(), clock.timers(), browser.locks()]).toEqual([[], 0, 0]); // It is closed for good.
    start({ outbox: memoryPageOutbox(store) });
    await settleDown(30);
    expect(sent()).toEqual([["a"]]);
    expect(store.events.events.size).toBe(0);
  });

  test("a reply that comes after closing leaves no timer behind", async () => {
    let reply = (_: Response) => {};
    vi.spyOn(globalThis, "fetch").mockReturnValue(new Promise((resolve) => (reply = resolve)));
    const store = sharedStore();
    const { tracker } = start({ outbox: memoryPageOutbox(store) });
    tracker.track("a");
    await settleDown(30);
    await tracker.close({ timeout: 0 });
    reply(new Response("", { status: 503, headers: { "retry-after": "3600" } }));
    await settleDown(30);
    expect(clock.timers()).toBe(0);
    expect(store.events.events.size).toBe(1);
  });

  test("a store that never answers holds nothing up", async () => {
    const never = memoryPageOutbox(sharedStore(), { isAlive: () => false });
    const { tracker } = start({ outbox: never });
    const receipt = tracker.track("a");
    for (let second = 0; second < 20; second++) {
      clock.advance(1_000);
      await settleDown(2);
    }
    expect(await receipt.stored).toBe(false);
    expect(await receipt).toMatchObject(ACCEPTED);
  });

  test("a store that answers too late does not count as having an event that was given up", async () => {
    browser.setOnline(false);
    const outbox = memoryPageOutbox(sharedStore());
    const { appendApart } = outbox;
    let answer = () => {};
    const late = new Promise<void>((resolve) => {
      answer = resolve;
    });
    Object.assign(outbox, {
      appendApart: (...given: Parameters<typeof appendApart>) => late.then(() => appendApart(...given)),
    });
    const { tab, tracker } = start({ outbox });
    const receipt = tracker.track("a");
    await settleDown();
    clock.advance(5_000);
    await settleDown();
    answer();
    for (let second = 0; second < 20; second++) {
      clock.advance(1_000);
      await settleDown(2);
    }
    browser.setOnline(true);
    tab.dispatch("online");
    expect(await receipt).toMatchObject(ACCEPTED);
    expect(await receipt.stored).toBe(false);
    expect(sent()).toEqual([["a"]]);
  });

  test("a store that fails after the tracker was closed has the event end", async () => {
    const outbox = memoryPageOutbox(sharedStore());
    let fail = () => {};
    const failure = new Promise<never>((_, reject) => {
      fail = () => reject(new Error("the disk is broken"));
    });
    Object.assign(outbox, {
      appendApart(drafts: Parameters<typeof outbox.appendApart>[0]) {
        for (const draft of drafts) draft.finish(draft.second);
        return failure;
      },
    });
    const { tracker } = start({ outbox });
    const receipt = tracker.track("a");
    await settleDown();
    expect(await tracker.close({ timeout: 0 })).toEqual({ pending: 1, dropped: 0 });
    await settleDown();
    fail();
    await settleDown();
    expect(await receipt).toEqual({ status: "dropped", reason: "closed" });
    expect(await receipt.stored).toBe(false);
  });

  test("closing before anything was stored blames no store", async () => {
    const warn = vi.spyOn(console, "warn");
    const { tracker } = start({ outbox: memoryPageOutbox(sharedStore()) });
    const receipt = tracker.track("a");
    expect(await tracker.close({ timeout: 0 })).toEqual({ pending: 0, dropped: 1 });
    expect(await receipt).toEqual({ status: "dropped", reason: "closed" });
    await settleDown();
    expect(warn.mock.calls.map(([text]) => text)).toEqual([
      "intercom-events: an event was lost: closed (said once)",
    ]);
  });
});

describe("what the console hears", () => {
  const said = (): unknown[] => vi.mocked(console.warn).mock.calls.map(([text]) => text);

  test("of an address where no relay is, once", async () => {
    const { tracker } = start();
    replies = [
      [404, "<html>"],
      [404, "<html>"],
    ];
    const receipt = tracker.track("a");
    for (let look = 0; look < 3; look++) {
      await settleDown();
      clock.advance(5_000);
    }
    expect(await receipt).toEqual({ status: "accepted", attempts: 3 });
    expect(said()).toEqual([
      `intercom-events: ${browser.requests[0]?.url} answered 404, and not as a relay does: is the relay mounted there? (said once)`,
    ]);
  });

  test("of events that were rejected, each reason once", async () => {
    const { tracker } = start();
    const result = (code: string): object => ({ status: "rejected", code });
    const results = ["name_not_allowed", "name_not_allowed", "time_not_allowed"].map(result);
    replies = [
      [200, { results }],
      [403, { error: { code: "forbidden", message: "The origin is not allowed" } }],
    ];
    await Promise.all(["a", "b", "c"].map((name) => tracker.track(name)));
    await tracker.track("d");
    expect(said()).toEqual(
      ["name_not_allowed", "time_not_allowed", "forbidden"].map(
        (code) => `intercom-events: an event was lost: rejected (${code}) (said once)`,
      ),
    );
  });
});

describe("as the Messenger's fallback", () => {
  function startBoth(timeout: number, store = sharedStore()): Started {
    const tab = browser.open(clock);
    const fallback = relay({ url: `https://site.test/relay?tab=${tabs++}` });
    const tracker = tab.run(() =>
      createTracker({
        route: messenger({ timeout, fallback }),
        clock: tab.clock,
        outbox: memoryPageOutbox(store),
      }),
    );
    return { tab, tracker };
  }

  test("it gets an event that has waited in vain, once, at the second it was tracked", async () => {
    const { tab, tracker } = startBoth(5_000);
    const receipt = tab.run(() => tracker.track("a"));
    clock.advance(4_999);
    await settleDown();
    expect(sent()).toEqual([]);
    clock.advance(1);
    expect(await receipt).toMatchObject(ACCEPTED);
    Object.assign(window, { Intercom: Object.assign(vi.fn(), { booted: true }) });
    clock.advance(60_000);
    await settleDown();
    expect(browser.requests.flatMap(eventsOf)).toEqual([{ event_name: "a", created_at: 1_700_000_000 }]);
    expect((window as { Intercom?: unknown }).Intercom).not.toHaveBeenCalled();
  });

  test("an event that waits for the Messenger is dropped as well where another tab opts out", async () => {
    const store = sharedStore();
    const other = start({ outbox: memoryPageOutbox(store) });
    const { tab, tracker } = startBoth(5_000, store);
    const receipt = tab.run(() => tracker.track("a"));
    other.tab.run(() => other.tracker.optOut());
    await settleDown();
    expect(await Promise.race([receipt, "never"])).toEqual({ status: "dropped", reason: "opted_out" });
    clock.advance(5_000);
    await settleDown();
    expect(sent()).toEqual([]);
  });

  test("an event is not stored before it takes that way, or the Messenger has it", async () => {
    const { tab, tracker } = startBoth(5_000);
    const [stored, heard] = [vi.fn(), vi.fn()];
    const receipt = tab.run(() => tracker.track("a"));
    receipt.stored.then(stored);
    clock.advance(4_900);
    await settleDown();
    expect(stored).not.toHaveBeenCalled();
    browser.setOnline(false);
    clock.advance(100);
    await settleDown();
    expect(stored).toHaveBeenCalledExactlyOnceWith(true);
    tab.run(() => tracker.track("b")).stored.then(heard);
    Object.assign(window, { Intercom: Object.assign(vi.fn(), { booted: true }) });
    clock.advance(100);
    await settleDown();
    expect(heard).toHaveBeenCalledExactlyOnceWith(true);
  });

  test("it gets none that the Messenger has taken", async () => {
    const Intercom = Object.assign(vi.fn(), { booted: true });
    Object.assign(window, { Intercom });
    const { tab, tracker } = startBoth(5_000);
    tab.run(() => tracker.track("a"));
    clock.advance(10_000);
    tab.dispatch("pagehide");
    await settleDown();
    expect(Intercom).toHaveBeenCalledExactlyOnceWith("trackEvent", "a");
    expect(sent()).toEqual([]);
  });

  test("it gets what waits when the page is hidden, which may be the last that is heard of it", async () => {
    const { tab, tracker } = startBoth(60_000);
    const receipt = tab.run(() => tracker.track("a"));
    browser.setVisible(false);
    tab.dispatch("visibilitychange");
    await settleDown();
    expect(await receipt).toMatchObject(ACCEPTED);
    expect(sent()).toEqual([["a"]]);
  });

  test("it gets what waits when the page goes", async () => {
    const { tab, tracker } = startBoth(60_000);
    tab.run(() => tracker.track("a"));
    tab.dispatch("pagehide");
    await settleDown();
    expect(sent()).toEqual([["a"]]);
  });
});

const AN_ADDRESS = "a path or an address, by HTTP and with no password in it";

test.each([
  [undefined, '"options" must be an object, got undefined'],
  [{}, `"url" must be ${AN_ADDRESS}, got undefined`],
  ...[
    "",
    " ",
    "https://",
    "https://exa mple.org/e",
    "javascript:1",
    "data:,x",
    "https://user:pw@site.test/e",
  ].map((url) => [{ url }, `"url" must be ${AN_ADDRESS}, got string`] as const),
  [{ url: new URL("ftp://site.test/e") }, `"url" must be ${AN_ADDRESS}, got object`],
  [
    { url: "/e", credentials: "all" },
    '"credentials" must be "omit" or "same-origin" or "include", got string',
  ],
  [{ url: "/e", identity: "signed" }, '"identity" must be a function, got string'],
  [{ url: "/e", timeout: 0 }, '"timeout" must be a number of at least 1, got 0'],
  [{ url: "/e", retry: { attempts: 0 } }, '"attempts" must be a number of at least 1, got 0'],
  [{ url: "/e", token: "x" }, '"token" must be left out, as it must never be in a page, got string'],
])("refuses the options %j", (options, message) => {
  expect(() => relay(options as never)).toThrow(new TypeError(`Cannot create relay route: ${message}`));
});

test.each(["/e", "e?a=1#b", "//site.test/e", "http://localhost:3000", new URL("https://site.test/e")])(
  "takes the address %s",
  (url) => {
    expect(() => relay({ url })).not.toThrow();
  },
);

test("what is said of an event after the visitor opted out is not told a second time", async () => {
  replies = [[400, {}]];
  const { tracker } = start();
  const outcomes: unknown[] = [];
  tracker.on("outcome", ({ outcome }) => outcomes.push(outcome));
  tracker.track("a");
  while (browser.requests.length === 0) await Promise.resolve();
  tracker.optOut();
  await settleDown();
  expect(outcomes).toEqual([{ status: "dropped", reason: "opted_out" }]);
});

test("the Messenger alone refuses an outbox", () => {
  const outbox = memoryPageOutbox(sharedStore());
  expect(() => createTracker({ route: messenger(), outbox })).toThrow(
    '"outbox" must be left out, as the Messenger',
  );
});

test("a page that may have no channel is no worse off than one that has no other tabs", async () => {
  Object.assign(globalThis, {
    BroadcastChannel: function refuse() {
      throw new DOMException("The operation is insecure.", "SecurityError");
    },
  });
  const { tracker } = start({ outbox: memoryPageOutbox(sharedStore()) });
  expect(await tracker.track("a")).toMatchObject(ACCEPTED);
});

describe("waits of more than two minutes are kept", () => {
  test("where an event failed by itself", async () => {
    replies = Array(9).fill([200, { results: [{ status: "retry" }] }]);
    const { tracker } = start({ relay: { retry: { baseDelay: 300_000, maxDelay: 600_000 } } });
    tracker.track("a");
    await settleDown(30);
    expect(sent()).toEqual([["a"]]);
    clock.advance(150_000);
    await settleDown();
    expect(sent().length).toBeGreaterThan(1);
  });

  test("where the relay asks for one, and the tab is seen again meanwhile", async () => {
    replies = [[429, {}, { "retry-after": "600" }]];
    const { tab, tracker } = start();
    tracker.track("a");
    await settleDown();
    tab.dispatch("visibilitychange");
    await settleDown();
    expect(sent()).toEqual([["a"]]);
  });
});

test("waits of more than two minutes are kept of what is stored, too", async () => {
  replies = Array(9).fill([200, { results: [{ status: "retry" }] }]);
  const { tracker } = start({
    relay: { retry: { baseDelay: 600_000, maxDelay: 600_000 } },
    outbox: memoryPageOutbox(sharedStore()),
  });
  tracker.track("a");
  for (let second = 0; second < 290; second++) {
    clock.advance(1_000);
    await settleDown(2);
  }
  expect(sent()).toEqual([["a"]]);
  for (let second = 0; second < 30; second++) {
    clock.advance(1_000);
    await settleDown(2);
  }
  expect(sent()).toEqual([["a"], ["a"]]);
});

test("no event that made way for another is sent", async () => {
  const { tracker } = start({ queue: { maxEvents: 100, policy: "drop_oldest" } });
  const receipts = Array.from({ length: 120 }, (_, n) => tracker.track(`n-${n}`));
  const outcomes = await Promise.all(receipts);
  const names = outcomes.flatMap(({ status }, n) => (status === "accepted" ? [`n-${n}`] : []));
  expect(names).toHaveLength(100);
  expect(sent().flat()).toEqual(names);
});

test("closing during an outage leaves no timer behind", async () => {
  replies = ["lost"];
  const { tracker } = start();
  tracker.track("a");
  await settleDown();
  expect(await tracker.close({ timeout: 0 })).toEqual({ pending: 0, dropped: 1 });
  expect(clock.timers()).toBe(0);
});

test("closing at once sends nothing that it drops", async () => {
  const { tracker } = start();
  const receipt = tracker.track("a");
  expect(await tracker.close({ timeout: 0 })).toEqual({ pending: 0, dropped: 1 });
  expect(await receipt).toEqual({ status: "dropped", reason: "closed" });
  await settleDown();
  expect(sent()).toEqual([]);
});

describe("what the relay asks for is kept of what is stored", () => {
  test("by the next page, up to an hour", async () => {
    replies = [[429, {}, { "retry-after": "1800" }]];
    const store = sharedStore();
    const first = start({ outbox: memoryPageOutbox(store) });
    first.tracker.track("a");
    await settleDown();
    first.tab.kill();
    start({ outbox: memoryPageOutbox(store) });
    for (let second = 0; second < 1_799; second++) {
      clock.advance(1_000);
      await settleDown(2);
    }
    expect(sent()).toEqual([["a"]]);
    for (let second = 0; second < 10; second++) {
      clock.advance(1_000);
      await settleDown(2);
    }
    expect(sent()).toEqual([["a"], ["a"]]);
  });

  test("by a tab that is hidden meanwhile", async () => {
    replies = [[503, {}, { "retry-after": "600" }]];
    const { tab, tracker } = start({ outbox: memoryPageOutbox(sharedStore()) });
    tracker.track("a");
    await settleDown();
    browser.setVisible(false);
    tab.dispatch("visibilitychange");
    browser.setVisible(true);
    await settleDown();
    expect(sent()).toEqual([["a"]]);
  });
});

describe("after the visitor opted out nothing is sent", () => {
  test("in whichever turn that is", async () => {
    for (let turns = 0; turns < 60; turns++) {
      const store = sharedStore();
      browser.setOnline(false);
      const before = start({ outbox: memoryPageOutbox(store) });
      before.tracker.track("earlier");
      await settleDown();
      before.tab.kill();
      browser.setOnline(true);
      const { tab, tracker } = start(turns % 2 ? { outbox: memoryPageOutbox(store) } : {});
      tab.run(() => tracker.track("a"));
      void tracker.flush();
      for (let turn = 0; turn < turns; turn += 2) await (turn % 20 < 16 ? null : new Promise(setImmediate));
      const already = browser.requests.length;
      tracker.optOut();
      await settleDown();
      expect(browser.requests).toHaveLength(already);
      tab.kill();
    }
  });

  test("of what was about to be drawn from the store", async () => {
    browser.setOnline(false);
    const store = sharedStore();
    const before = start({ outbox: memoryPageOutbox(store) });
    before.tracker.track("a");
    await settleDown();
    before.tab.kill();
    browser.setOnline(true);
    const { tracker } = start({ outbox: memoryPageOutbox(store) });
    for (let turn = 0; turn < 3; turn++) await Promise.resolve();
    tracker.optOut();
    await settleDown();
    expect(sent()).toEqual([]);
    expect(store.events.events.size).toBe(0);
  });

  test("in another tab, of what was waiting for an identity", async () => {
    let give = (_token: string): void => undefined;
    const asked = new Promise<string>((resolve) => {
      give = resolve;
    });
    const store = sharedStore();
    const other = start({ outbox: memoryPageOutbox(store), relay: { identity: () => asked } });
    const { tab, tracker } = start({ outbox: memoryPageOutbox(store) });
    await settleDown();
    const receipt = tab.run(() => tracker.track("a"));
    await settleDown();
    tracker.optOut();
    await settleDown();
    expect(await receipt).toEqual({ status: "dropped", reason: "opted_out" });
    give("signed");
    await settleDown();
    expect(sent()).toEqual([]);
    // What this page tracks from now on is none of that.
    const later = other.tab.run(() => other.tracker.track("b"));
    await settleDown();
    clock.advance(1_000);
    expect(await later).toMatchObject(ACCEPTED);
  });

  test("of what was waiting for an identity", async () => {
    let give = (_token: string): void => undefined;
    const asked = new Promise<string>((resolve) => {
      give = resolve;
    });
    const { tracker } = start({ relay: { identity: () => asked } });
    const receipt = tracker.track("a");
    await settleDown();
    tracker.optOut();
    give("signed");
    await settleDown();
    expect(await receipt).toEqual({ status: "dropped", reason: "opted_out" });
    expect(sent()).toEqual([]);
  });
});

describe("an identity", () => {
  test("that never comes is an attempt that failed", async () => {
    const identity = vi.fn(async () => "signed");
    identity.mockReturnValueOnce(new Promise(() => {}));
    const { tracker } = start({ relay: { identity, timeout: 3_000 } });
    const receipt = tracker.track("a");
    await settleDown();
    clock.advance(3_000);
    await settleDown();
    clock.advance(500);
    expect(await receipt).toEqual({ status: "accepted", attempts: 2 });
  });

  test("that is at hand as the page goes is asked for anew", async () => {
    let valid = "first";
    const { tab, tracker } = start({ relay: { identity: () => valid } });
    await tracker.track("a");
    replies = ["lost"];
    tracker.track("b");
    await settleDown();
    valid = "second";
    tab.dispatch("pagehide");
    await settleDown();
    const identities = browser.requests.map(({ body }) => JSON.parse(body).identity);
    expect(identities).toEqual(["first", "first", "second"]);
  });

  test("leaves its events less room in a request", async () => {
    const { tracker } = start({ relay: { identity: () => "t".repeat(8192) } });
    const receipts = ["a", "b", "c"].map((name) => tracker.track(name, { text: "x".repeat(20_000) }));
    await Promise.all(receipts);
    expect(sent()).toEqual([["a", "b"], ["c"]]);
  });

  test("that fails when the page has gone with the last one is nobody's error", async () => {
    const unhandled = vi.fn();
    process.on("unhandledRejection", unhandled);
    let fails = false;
    const identity = async () => {
      if (fails) throw new Error("no session");
      return "signed";
    };
    const { tab, tracker } = start({ relay: { identity } });
    await tracker.track("a");
    replies = ["lost"];
    tracker.track("b");
    await settleDown();
    fails = true;
    tab.dispatch("pagehide");
    await settleDown();
    process.off("unhandledRejection", unhandled);
    expect(sent()).toEqual([["a"], ["b"], ["b"]]);
    expect(unhandled.mock.calls).toEqual([]);
  });

  test("is forgotten as the visitor opts out, also where it comes later", async () => {
    let person = "alice";
    let give = (): void => undefined;
    const identity = vi.fn(async () => person);
    const { tab, tracker } = start({ relay: { identity } });
    await tracker.track("a");
    identity.mockReturnValueOnce(
      new Promise((resolve) => {
        give = () => resolve("alice");
      }),
    );
    tracker.track("b");
    await settleDown();
    tracker.optOut();
    tracker.optIn();
    person = "bob";
    give();
    await settleDown();
    identity.mockImplementationOnce(() => settleDown().then(() => person));
    const receipt = tracker.track("c");
    tab.dispatch("pagehide");
    expect(await receipt).toMatchObject(ACCEPTED);
    expect(
      browser.requests.map((request) => [JSON.parse(request.body).identity, ...eventsOf(request)]),
    ).toEqual([
      ["alice", expect.objectContaining({ event_name: "a" })],
      ["bob", expect.objectContaining({ event_name: "c" })],
    ]);
  });

  test("that has run out as the page is hidden ends no event: a fresh one is asked for", async () => {
    let valid = "first";
    const { tab, tracker } = start({ relay: { identity: async () => valid } });
    await tracker.track("a");
    replies = ["lost", [401, { error: { code: "unauthorized", message: "" } }]];
    const receipt = tracker.track("b");
    await settleDown();
    valid = "second";
    browser.setVisible(false);
    tab.dispatch("visibilitychange");
    browser.setVisible(true);
    for (let second = 0; second < 5; second++) {
      await settleDown(4);
      clock.advance(1_000);
    }
    expect(await receipt).toEqual({ status: "accepted", attempts: 3 });
    expect(browser.requests.map(({ body }) => JSON.parse(body).identity)).toEqual([
      "first",
      "first",
      "first",
      "second",
    ]);
  });

  test("that is awaited as the page goes makes way for the last one", async () => {
    const identity = vi.fn(async () => "signed");
    const { tab, tracker } = start({ relay: { identity } });
    await tracker.track("a");
    identity.mockReturnValue(new Promise(() => {}));
    tracker.track("b");
    await settleDown();
    tab.dispatch("pagehide");
    await settleDown();
    expect(browser.requests.map(({ body }) => JSON.parse(body).identity)).toEqual(["signed", "signed"]);
    expect(sent()).toEqual([["a"], ["b"]]);
  });
});

describe("a store that could not be read once", () => {
  /** A page without a network that has stored an event, and what is then to fail when it is read next. */
  async function startOnce(): Promise<Started & { store: ReturnType<typeof sharedStore>; first: Receipt }> {
    browser.setOnline(false);
    const store = sharedStore();
    let failures = 0;
    const outbox = memoryPageOutbox(store, { fails: () => failures-- > 0 });
    const started = start({ outbox });
    const first = started.tracker.track("a");
    expect(await first.stored).toBe(true);
    await settleDown();
    failures = 1;
    browser.setOnline(true);
    return { ...started, store, first };
  }

  test("still gets what is tracked as the page goes", async () => {
    const { tab, tracker, store } = await startOnce();
    replies = Array(9).fill("lost");
    tab.dispatch("online");
    await settleDown();
    expect(sent()).toEqual([["a"]]);
    const second = tab.run(() => tracker.track("b"));
    tab.dispatch("pagehide");
    expect(await second.stored).toBe(true);
    const kept = [...store.events.events.values()].map(({ record }) => JSON.parse(record.body).event_name);
    expect(kept.sort()).toEqual(["a", "b"]);
  });

  test("has no event go twice in one request", async () => {
    const { tab, first } = await startOnce();
    replies = ["lost"];
    tab.dispatch("online");
    await settleDown();
    for (let second = 0; second < 10; second++) {
      clock.advance(1_000);
      await settleDown(4);
    }
    expect(await first).toEqual({ status: "accepted", attempts: 2 });
    expect(sent()).toEqual([["a"], ["a"]]);
  });

  test("keeps its events for the next page as the tracker is closed", async () => {
    const { tab, tracker } = await startOnce();
    replies = Array(9).fill("lost");
    tab.dispatch("online");
    await settleDown();
    expect(await tracker.close({ timeout: 0 })).toEqual({ pending: 1, dropped: 0 });
  });

  test("loses its events as the visitor opts out in another tab", async () => {
    const { tab, store, first } = await startOnce();
    replies = Array(9).fill("lost");
    tab.dispatch("online");
    await settleDown();
    start({ outbox: memoryPageOutbox(store) }).tracker.optOut();
    expect(await first).toEqual({ status: "dropped", reason: "opted_out" });
  });
});

describe("what a page that is hidden cannot store stays with it, and is delivered", () => {
  function hide(tab: FakeTab): void {
    browser.setVisible(false);
    tab.dispatch("visibilitychange");
    browser.setVisible(true);
  }

  test("where the store never answers", async () => {
    let hangs = false;
    const outbox = memoryPageOutbox(sharedStore(), { isAlive: () => !hangs });
    const { tab, tracker } = start({ outbox });
    await settleDown();
    hangs = true;
    replies = ["lost"];
    const receipt = tracker.track("a");
    hide(tab);
    for (let second = 0; second < 30; second++) {
      clock.advance(1_000);
      await settleDown(2);
    }
    expect(await receipt).toMatchObject(ACCEPTED);
  });

  test("and told not to be stored", async () => {
    browser.setOnline(false);
    const { tab, tracker } = start({ outbox: memoryPageOutbox(sharedStore(), { fails: () => true }) });
    const receipt = tracker.track("a");
    hide(tab);
    expect(await receipt.stored).toBe(false);
    browser.setOnline(true);
    tab.dispatch("online");
    expect(await receipt).toEqual({ status: "accepted", attempts: 1 });
  });

  test("where it is full, with the bytes it was sent with, whatever the store decides later", async () => {
    const outbox = memoryPageOutbox(sharedStore());
    const { appendApart } = outbox;
    let refuse = (): void => undefined;
    let calls = 0;
    Object.assign(outbox, {
      appendApart(drafts: Parameters<typeof appendApart>[0]) {
        calls += 1;
        const later = drafts.map((draft) => ({ ...draft, second: draft.second + calls }));
        if (calls > 1) return appendApart(later);
        for (const { finish, second } of later) finish(second);
        return new Promise((_, reject) => {
          refuse = () => reject(new OutboxError("full", "Cannot append"));
        });
      },
    });
    const { tab, tracker } = start({ outbox });
    replies = ["lost"];
    const receipts = ["a", "b"].map((name) => tracker.track(name));
    await Promise.resolve();
    hide(tab);
    refuse();
    for (let second = 0; second < 60; second++) {
      await settleDown(4);
      clock.advance(1_000);
    }
    expect(await Promise.all(receipts)).toMatchObject([ACCEPTED, ACCEPTED]);
    const times = browser.requests.flatMap(eventsOf).map(({ created_at }) => created_at);
    expect(times.length).toBeGreaterThan(2);
    expect(new Set(times)).toEqual(new Set([1_700_000_001]));
  });

  test("where it is full, with the bytes it was sent with while room was being made", async () => {
    browser.setOnline(false);
    const store = sharedStore();
    const earlier = start({ outbox: memoryPageOutbox(store, { maxEvents: 1 }) });
    earlier.tracker.track("old");
    await settleDown();
    earlier.tab.kill();
    let calls = 0;
    const outbox = memoryPageOutbox(store, {
      maxEvents: 1,
      fails() {
        if (++calls !== 2) return false;
        browser.setOnline(true);
        replies = ["lost"];
        hide(tab);
        // Another tab has taken it meanwhile.
        store.taken.add("a 1700000000");
        return false;
      },
    });
    const { tab, tracker } = start({ outbox, queue: { policy: "drop_oldest" } });
    const receipt = tracker.track("a");
    await settleDown();
    for (let second = 0; second < 60; second++) {
      clock.advance(1_000);
      await settleDown(4);
    }
    expect(await receipt).toMatchObject(ACCEPTED);
    const times = browser.requests.flatMap(eventsOf).filter(({ event_name }) => event_name === "a");
    expect(times.length).toBeGreaterThan(1);
    expect(new Set(times.map(({ created_at }) => created_at)).size).toBe(1);
  });

  test("where it is full, while it is on its way", async () => {
    browser.setOnline(false);
    const { tab, tracker } = start({ outbox: memoryPageOutbox(sharedStore(), { maxEvents: 1 }) });
    tracker.track("a");
    await settleDown();
    browser.setOnline(true);
    const { fetch } = globalThis;
    globalThis.fetch = async (...args) => {
      await settleDown(6);
      return fetch(...args);
    };
    const receipt = tracker.track("b");
    hide(tab);
    expect(await receipt).toMatchObject(ACCEPTED);
    expect(sent().flat()).toContain("b");
  });
});

test.each([
  ["drop_newest" as const, [0, 1, 2, 3, 4, 5, 6, 7, 8, 9]],
  ["drop_oldest" as const, [2, 3, 4, 5, 6, 7, 8, 9, 10, 11]],
])("events of one turn that do not all fit into the store fill it: %s", async (policy, kept) => {
  browser.setOnline(false);
  const outbox = memoryPageOutbox(sharedStore(), { maxEvents: 10 });
  const { tab, tracker } = start({ queue: { policy }, outbox });
  const receipts = Array.from({ length: 12 }, (_, n) => tracker.track(`n${n}`));
  await settleDown(60);
  browser.setOnline(true);
  tab.dispatch("online");
  const outcomes = await Promise.all(receipts);
  expect(outcomes.flatMap(({ status }, n) => (status === "accepted" ? [n] : []))).toEqual(kept);
  expect(outcomes.filter(({ status }) => status !== "accepted")).toEqual(
    Array(2).fill({ status: "dropped", reason: "queue_full" }),
  );
});
