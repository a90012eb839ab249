import { OutboxError } from "@intercom-events/core";
import { describe, expect, test, vi } from "vitest";
import { settleDown } from "../test/fake-tabs.ts";
import { memoryDatabase, memoryPageOutbox } from "../test/memory-page-outbox.ts";
import { ACCEPTED, bytesOf, dateAfter, type Reply, relayPages, type Started } from "../test/relay-pages.ts";
import { relay } from "./index.ts";

const pages = relayPages();
const { sent, start } = pages;

describe("sending", () => {
  test("events of one turn go together, in order, as text that needs no preflight", async () => {
    const request = vi.spyOn(globalThis, "fetch");
    const { tracker } = start({ relay: { credentials: "include" } });
    const receipts = ["a", "b"].map((name) => tracker.track(name, { n: 1 }));
    expect(await receipts[0]?.stored).toBe(true);
    expect(await Promise.all(receipts)).toEqual(Array(2).fill({ status: "accepted", attempts: 1 }));
    expect(sent()).toEqual([["a", "b"]]);
    const [[url, init] = [""]] = request.mock.calls;
    expect(new Request(url, init).headers.get("content-type")).toBe("text/plain;charset=UTF-8");
    expect(init).toMatchObject({
      method: "POST",
      credentials: "include",
      keepalive: true,
    });
    expect(pages.browser.requests[0]?.body).toBe(
      '{"sent_at":1700000000,"events":[{"event_name":"a","created_at":1700000000,"metadata":{"n":1}},{"event_name":"b","created_at":1700000000,"metadata":{"n":1}}]}',
    );
    expect(pages.clock.timers()).toBe(0);
  });

  test("no more than 100 events in a request", async () => {
    const { tracker } = start();
    for (let n = 0; n < 250; n++) tracker.track(`n-${n}`);
    await settleDown();
    expect(sent().map((names) => names.length)).toEqual([100, 100, 50]);
  });

  test("what is stored and does not fit into a request goes with the next, at once", async () => {
    pages.browser.setOnline(false);
    const { tab, tracker } = start({ outbox: memoryPageOutbox(memoryDatabase()) });
    for (const name of ["a", "b", "c"]) {
      expect(await tracker.track(name, { text: "x".repeat(25_000) }).stored).toBe(true);
    }
    pages.browser.setOnline(true);
    tab.dispatch("online");
    await settleDown(30);
    expect(sent()).toEqual([["a", "b"], ["c"]]);
  });

  test("each event ends as its own answer says", async () => {
    pages.replies = [
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
    pages.clock.advance(1_000);
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
    pages.replies = [[status, { error: { code: kind, message: "" } }]];
    const { tracker } = start();
    expect(await tracker.track("a")).toMatchObject({
      status: "rejected",
      verdict: { kind, status },
      attempts: 1,
    });
    expect(await tracker.track("b")).toMatchObject(ACCEPTED);
  });

  test("a batch that is too large is split, down to the event that is", async () => {
    pages.replies = [
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
    pages.replies = Array(4).fill("lost");
    const { tracker } = start({ relay: { retry: { attempts: 4 } } });
    const receipt = tracker.track("a", { n: 1 });
    const times: number[] = [];
    for (let step = 0; step < 100; step++) {
      await settleDown(2);
      times[pages.browser.requests.length] ??= step * 100;
      pages.clock.advance(100);
    }
    expect(await receipt).toMatchObject({
      status: "rejected",
      verdict: { kind: "unreachable" },
      attempts: 4,
    });
    expect(times.slice(1)).toEqual([0, 500, 1_500, 3_500]);
    expect(new Set(pages.browser.requests.map(bytesOf)).size).toBe(1);
    expect(pages.clock.timers()).toBe(0);
  });

  test("a way that is closed is tried no more often for events that are tracked meanwhile", async () => {
    pages.replies = Array(9).fill("lost");
    const { tracker } = start({ relay: { retry: { attempts: 3 } } });
    const times: number[] = [];
    for (let step = 0; step < 100; step++) {
      tracker.track("a");
      await settleDown(2);
      times[pages.browser.requests.length] ??= step * 100;
      pages.clock.advance(100);
    }
    expect(times.slice(1)).toEqual([0, 500, 1_500, 3_500, 7_500]);
  });

  test("what a batch that was too large has taught is not forgotten over a failure", async () => {
    pages.replies = [
      [413, {}],
      [503, {}],
    ];
    const { tracker } = start();
    const receipts = ["a", "b", "c", "d"].map((name) => tracker.track(name));
    await settleDown();
    pages.clock.advance(500);
    await Promise.all(receipts);
    expect(sent().map((batch) => batch.join(""))).toEqual(["abcd", "ab", "ab", "cd"]);
  });

  test("after one that was too large alone, events go together again", async () => {
    pages.replies = [[413, {}]];
    const { tracker } = start();
    expect(await tracker.track("a")).toMatchObject({ status: "rejected" });
    await tracker.track("b");
    await Promise.all(["c", "d"].map((name) => tracker.track(name)));
    expect(sent()).toEqual([["a"], ["b"], ["c", "d"]]);
  });

  test("an event that fits into no request is for the relay to refuse", async () => {
    pages.replies = [[413, {}]];
    const { tracker } = start();
    const receipt = tracker.track("a", { text: "x".repeat(62_000) });
    await settleDown();
    expect(sent()).toEqual([["a"]]);
    expect(await receipt).toMatchObject({ status: "rejected" });
  });

  test.each([10_000, 86_400_000])(
    "a clock that is put back by %i ms does not put off the next attempt",
    async (difference) => {
      pages.replies = ["lost"];
      const { tracker } = start();
      const receipt = tracker.track("a");
      await settleDown();
      pages.clock.set(pages.clock.now() - difference);
      pages.clock.advance(5_000);
      await settleDown();
      expect(sent()).toEqual([["a"], ["a"]]);
      expect(await receipt).toEqual({ status: "accepted", attempts: 2 });
    },
  );

  test("a way that is open again is as it was before it was closed", async () => {
    pages.replies = ["lost", "lost", [200, { results: [ACCEPTED] }], "lost"];
    const { tracker } = start();
    const first = tracker.track("a");
    for (let step = 0; step < 4; step++) {
      await settleDown(2);
      pages.clock.advance(500);
    }
    expect(await first).toEqual({ status: "accepted", attempts: 3 });
    const second = tracker.track("b");
    await settleDown();
    pages.clock.advance(500);
    await settleDown();
    expect(await second).toEqual({ status: "accepted", attempts: 2 });
    expect(pages.browser.requests.map(({ keepalive }) => keepalive)).toEqual([
      true,
      false,
      false,
      true,
      false,
    ]);
  });

  test("what is undefined takes its default", async () => {
    pages.replies = ["lost"];
    const retry = { attempts: undefined, baseDelay: undefined, maxAge: undefined };
    const { tracker } = start({ relay: { timeout: undefined, retry } });
    const receipt = tracker.track("a");
    await settleDown();
    pages.clock.advance(499);
    await settleDown();
    expect(sent()).toEqual([["a"]]);
    pages.clock.advance(1);
    expect(await receipt).toEqual({ status: "accepted", attempts: 2 });
  });

  test("goes where the route was made for, whatever becomes of what was handed over", async () => {
    const options = { url: new URL("https://site.test/made-for?tab=0") };
    const route = relay(options);
    options.url.pathname = "/first";
    options.url = new URL("https://site.test/second?tab=0");
    const { tracker } = start({ route });
    await tracker.track("a");
    expect(pages.browser.requests.map(({ url }) => url)).toEqual(["https://site.test/made-for?tab=0"]);
  });

  test("what is left out is as documented", async () => {
    const request = vi.spyOn(globalThis, "fetch");
    pages.replies = ["never"];
    const { tracker } = start({ relay: { retry: { attempts: 1 } } });
    const receipt = tracker.track("a");
    await settleDown();
    expect(request.mock.calls).toMatchObject([[expect.anything(), { credentials: "same-origin" }]]);
    pages.clock.advance(19_999);
    await settleDown();
    expect(await Promise.race([receipt, "waits"])).toBe("waits");
    pages.clock.advance(1);
    expect(await receipt).toMatchObject({ verdict: { kind: "timeout" } });
  });

  test("what the relay asks for as the page is hidden takes the place of what it has asked for before", async () => {
    pages.replies = [
      [429, {}, { "retry-after": "7" }],
      [429, {}, { "retry-after": "60" }],
    ];
    const { tab, tracker } = start();
    tracker.track("a");
    await settleDown();
    pages.browser.setVisible(false);
    tab.dispatch("visibilitychange");
    await settleDown();
    tracker.track("b");
    for (let second = 0; second < 59; second++) {
      pages.clock.advance(1_000);
      await settleDown(2);
    }
    expect(sent()).toEqual([["a"], ["a"]]);
    pages.clock.advance(1_000);
    await settleDown();
    expect(sent().slice(2).flat().sort()).toEqual(["a", "b"]);
  });

  test.each([
    [429, 7],
    [503, 7],
    [503, 3600],
  ])("what the relay asks for with %i is kept, for all events, %i s", async (status, seconds) => {
    pages.replies = [[status, {}, { "retry-after": String(seconds) }]];
    const { tracker } = start();
    tracker.track("a");
    await settleDown();
    tracker.track("b");
    tracker.flush();
    for (let second = 1; second < seconds; second++) {
      pages.clock.advance(1_000);
      await settleDown(2);
    }
    expect(sent()).toEqual([["a"]]);
    pages.clock.advance(1_000);
    await settleDown();
    expect(sent().flat().sort()).toEqual(["a", "a", "b"]);
  });

  test.each(["3601", "-7", "soon", dateAfter(60)])(
    "to be asked for %s puts nothing off",
    async (retryAfter) => {
      pages.replies = [[503, {}, { "retry-after": retryAfter }]];
      const { tracker } = start();
      const receipt = tracker.track("a");
      await settleDown();
      pages.clock.advance(499);
      await settleDown();
      expect(sent()).toEqual([["a"]]);
      pages.clock.advance(1);
      expect(await receipt).toEqual({ status: "accepted", attempts: 2 });
    },
  );

  test("a relay that says nothing is given up after the timeout", async () => {
    pages.replies = ["never"];
    const { tracker } = start({ relay: { timeout: 3_000, retry: { attempts: 1 } } });
    const receipt = tracker.track("a");
    await settleDown();
    pages.clock.advance(3_000);
    expect(await receipt).toEqual({ status: "rejected", verdict: { kind: "timeout" }, attempts: 1 });
  });

  test.each([["never"], ["lost"], [[408, { error: { code: "request_timeout", message: "" } }]]] as [Reply][])(
    "what may have been too much for a slow network (%j) is tried with a little, and then with twice as much each time",
    async (reply) => {
      pages.replies = [reply];
      const { tracker } = start({ relay: { timeout: 3_000 } });
      for (const name of "abcdefghijklmnopqrst") tracker.track(name, { text: "x".repeat(2_700) });
      for (let second = 0; second < 6; second++) {
        await settleDown();
        pages.clock.advance(1_000);
      }
      expect(sent().map((batch) => batch.join(""))).toEqual([
        "abcdefghijklmnopqrst",
        "ab",
        "cdefg",
        "hijklmnopqr",
        "st",
      ]);
    },
  );

  test("after a failure an event that is more than a little goes alone", async () => {
    pages.replies = ["lost"];
    const { tracker } = start();
    const receipts = [tracker.track("big", { text: "x".repeat(20_000) }), tracker.track("small")];
    await settleDown();
    pages.clock.advance(1_000);
    expect(await Promise.all(receipts)).toMatchObject([ACCEPTED, ACCEPTED]);
    expect(sent()).toEqual([["big", "small"], ["big"], ["small"]]);
  });

  test("a request that not even its abort ends is given up after the timeout, and holds nothing up", async () => {
    vi.spyOn(globalThis, "fetch").mockReturnValueOnce(new Promise(() => {}));
    const { tracker } = start({ relay: { timeout: 3_000 } });
    const first = tracker.track("a");
    await settleDown();
    const second = tracker.track("b");
    pages.clock.advance(3_000);
    await settleDown();
    pages.clock.advance(500);
    expect(await Promise.all([first, second])).toEqual([
      { status: "accepted", attempts: 2 },
      { status: "accepted", attempts: 1 },
    ]);
  });

  test("an event that is too old when it fails is dropped as expired", async () => {
    pages.replies = Array(9).fill("lost");
    const { tracker } = start({ relay: { retry: { maxAge: 2_000 } } });
    const receipt = tracker.track("a");
    for (let step = 0; step < 30; step++) {
      await settleDown(2);
      pages.clock.advance(100);
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
    pages.browser.setOnline(false);
    const receipt = tracker.track("a");
    await settleDown();
    pages.clock.advance(60_000);
    await settleDown();
    expect(sent()).toEqual([]);
    pages.browser.setOnline(true);
    tab.dispatch("online");
    expect(await receipt).toEqual({ status: "accepted", attempts: 1 });
  });

  test("to lose the network is no attempt that failed, unless there was a reply", async () => {
    let reply = (_: Response): void => {};
    vi.spyOn(globalThis, "fetch").mockReturnValueOnce(new Promise((resolve) => (reply = resolve)));
    pages.replies = ["never"];
    const { tab, tracker } = start({ relay: { timeout: 3_000, retry: { attempts: 1 } } });
    const answered = tracker.track("a");
    await settleDown();
    pages.browser.setOnline(false);
    reply(new Response("", { status: 503 }));
    expect(await answered).toMatchObject({ status: "rejected", attempts: 1 });
    pages.browser.setOnline(true);
    const unanswered = tracker.track("b");
    await settleDown();
    pages.browser.setOnline(false);
    pages.clock.advance(3_000);
    await settleDown();
    pages.browser.setOnline(true);
    tab.dispatch("online");
    await settleDown();
    pages.clock.advance(5_000);
    await settleDown();
    expect(await unanswered).toEqual({ status: "accepted", attempts: 2 });
  });

  test.each([
    ["cannot be had", () => Promise.reject(new Error("no session"))],
    ["is not there", () => Promise.resolve(undefined as never)],
    ["is empty", () => Promise.resolve("")],
    ["is no text", () => Promise.resolve({ token: "signed" } as never)],
  ])("the identity goes along; where it %s, that is an attempt that failed", async (_, first) => {
    const identity = vi.fn(async () => "signed").mockImplementationOnce(first);
    const { tracker } = start({ relay: { identity } });
    const receipt = tracker.track("a");
    await settleDown();
    pages.clock.advance(500);
    expect(await receipt).toEqual({ status: "accepted", attempts: 2 });
    expect(pages.browser.requests.map(({ body }) => JSON.parse(body).identity)).toEqual(["signed"]);
  });
});

describe("too many events", () => {
  test.each([
    ["drop_newest" as const, ["a", "b"], [true, true, false]],
    ["drop_oldest" as const, ["b", "c"], [false, true, true]],
  ])("%s", async (policy, names, delivered) => {
    pages.browser.setOnline(false);
    const { tab, tracker } = start({ queue: { maxEvents: 2, policy } });
    const receipts = ["a", "b", "c"].map((name) => tracker.track(name));
    pages.browser.setOnline(true);
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
    pages.browser.setOnline(false);
    const database = memoryDatabase();
    const { tab, tracker } = start({
      outbox: memoryPageOutbox(database, { maxEvents: 2 }),
      queue: { policy: "drop_oldest" },
    });
    const receipts = [];
    for (const name of ["a", "b", "c"]) {
      receipts.push(tracker.track(name));
      await settleDown();
    }
    pages.browser.setOnline(true);
    tab.dispatch("online");
    await settleDown();
    expect((await Promise.all(receipts)).map(({ status }) => status)).toEqual([
      "dropped",
      "accepted",
      "accepted",
    ]);
  });

  test("in the page are not left to the next one either", async () => {
    pages.browser.setOnline(false);
    const database = memoryDatabase();
    const queue = { maxEvents: 1, policy: "drop_oldest" } as const;
    const { tab, tracker } = start({ outbox: memoryPageOutbox(database), queue });
    for (const name of ["a", "b"]) {
      tracker.track(name);
      await settleDown();
    }
    tab.kill();
    pages.browser.setOnline(true);
    start({ outbox: memoryPageOutbox(database) });
    await settleDown();
    expect(sent()).toEqual([["b"]]);
  });

  test("at once for the store go in by halves, and later ones all at once again", async () => {
    pages.browser.setOnline(false);
    const outbox = memoryPageOutbox(memoryDatabase());
    const { tracker } = start({ outbox });
    const appendApart = vi.spyOn(outbox, "appendApart");
    appendApart.mockRejectedValueOnce(new OutboxError("full", "there is no room for so many"));
    for (const round of ["first", "second"]) {
      for (let number = 0; number < 8; number++) tracker.track(`${round}-${number}`);
      await settleDown();
    }
    expect(appendApart.mock.calls.map(([drafts]) => drafts.length)).toEqual([8, 4, 4, 8]);
  });

  test("in the store, where the oldest waits for its next attempt", async () => {
    pages.replies = Array(9).fill([503, {}]);
    const { tracker } = start({
      outbox: memoryPageOutbox(memoryDatabase(), { maxEvents: 1 }),
      queue: { policy: "drop_oldest" },
    });
    const oldest = tracker.track("a");
    await settleDown();
    expect(sent()).toEqual([["a"]]);
    expect(await tracker.track("b").stored).toBe(true);
    expect(await oldest).toEqual({ status: "dropped", reason: "queue_full" });
  });

  test("in the store, where the oldest is on its way", async () => {
    pages.browser.setOnline(false);
    const { tab, tracker } = start({
      outbox: memoryPageOutbox(memoryDatabase(), { maxEvents: 1 }),
      queue: { policy: "drop_oldest" },
    });
    const oldest = tracker.track("a");
    await settleDown();
    let reply = (_: Response) => {};
    vi.spyOn(globalThis, "fetch").mockReturnValueOnce(new Promise((resolve) => (reply = resolve)));
    pages.browser.setOnline(true);
    pages.browser.setVisible(false);
    tab.dispatch("visibilitychange");
    pages.browser.setVisible(true);
    await settleDown();
    expect(await tracker.track("b")).toEqual({ status: "dropped", reason: "queue_full" });
    reply(new Response('{"results":[{"status":"accepted"}]}'));
    expect(await oldest).toMatchObject(ACCEPTED);
  });
});

describe("what the console hears", () => {
  const BROKEN = "intercom-events: the outbox does not work, so events wait in memory (said once)";
  const said = (): unknown[] => vi.mocked(console.warn).mock.calls.map(([text]) => text);

  test("of an address where no relay is, once", async () => {
    const { tracker } = start();
    pages.replies = [
      [404, "<html>"],
      [404, "<html>"],
    ];
    const receipt = tracker.track("a");
    for (let look = 0; look < 3; look++) {
      await settleDown();
      pages.clock.advance(5_000);
    }
    expect(await receipt).toEqual({ status: "accepted", attempts: 3 });
    expect(said()).toEqual([
      `intercom-events: ${pages.browser.requests[0]?.url} answered 404, and not as a relay does: is the relay mounted there? (said once)`,
    ]);
  });

  test("of a store that cannot be read, once, and nothing more of it once the tracker is closed", async () => {
    const outbox = memoryPageOutbox(memoryDatabase(), { fails: () => true });
    const { tracker } = start({ outbox });
    await settleDown();
    expect(said()).toEqual([BROKEN]);
    const closed = start({ outbox });
    await closed.tracker.close();
    await settleDown();
    await tracker.close();
    expect(said()).toHaveLength(1);
  });

  test("of a store that takes no event, once", async () => {
    const outbox = memoryPageOutbox(memoryDatabase());
    vi.spyOn(outbox, "appendApart").mockRejectedValue(new Error("the disk is broken"));
    const { tracker } = start({ outbox });
    for (const name of ["a", "b"]) await tracker.track(name);
    expect(said()).toEqual([BROKEN]);
  });

  test("of events that were moved to another second, once", async () => {
    const { tracker } = start();
    await Promise.all(["a", "a", "a"].map((name) => tracker.track(name)));
    expect(said()).toEqual(["intercom-events: look at this event: second_moved (said once)"]);
  });

  test("of events that were rejected, each reason once", async () => {
    const { tracker } = start();
    const result = (code: string): object => ({ status: "rejected", code });
    const results = ["name_not_allowed", "name_not_allowed", "time_not_allowed"].map(result);
    pages.replies = [
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

const AN_ADDRESS = "a path or an address, by HTTP and with no password in it";

test.each<[options: unknown, message: string]>([
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
    "https://:pw@site.test/e",
  ].map((url): [unknown, string] => [{ url }, `"url" must be ${AN_ADDRESS}, got string`]),
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

test("a page that may have no channel is no worse off than one that has no other tabs", async () => {
  Object.assign(globalThis, {
    BroadcastChannel: function refuse() {
      throw new DOMException("The operation is insecure.", "SecurityError");
    },
  });
  const { tracker } = start({ outbox: memoryPageOutbox(memoryDatabase()) });
  expect(await tracker.track("a")).toMatchObject(ACCEPTED);
});

describe("waits of more than two minutes are kept", () => {
  test("where an event failed by itself", async () => {
    pages.replies = Array(9).fill([200, { results: [{ status: "retry" }] }]);
    const { tracker } = start({ relay: { retry: { baseDelay: 300_000, maxDelay: 600_000 } } });
    tracker.track("a");
    await settleDown(30);
    expect(sent()).toEqual([["a"]]);
    pages.clock.advance(150_000);
    await settleDown();
    expect(sent().length).toBeGreaterThan(1);
  });

  test("where the relay asks for one, and the tab is seen again meanwhile", async () => {
    pages.replies = [[429, {}, { "retry-after": "600" }]];
    const { tab, tracker } = start();
    tracker.track("a");
    await settleDown();
    tab.dispatch("visibilitychange");
    await settleDown();
    expect(sent()).toEqual([["a"]]);
  });
});

test("waits of more than two minutes are kept of what is stored, too", async () => {
  pages.replies = Array(9).fill([200, { results: [{ status: "retry" }] }]);
  const { tracker } = start({
    relay: { retry: { baseDelay: 600_000, maxDelay: 600_000 } },
    outbox: memoryPageOutbox(memoryDatabase()),
  });
  tracker.track("a");
  for (let second = 0; second < 290; second++) {
    pages.clock.advance(1_000);
    await settleDown(2);
  }
  expect(sent()).toEqual([["a"]]);
  for (let second = 0; second < 30; second++) {
    pages.clock.advance(1_000);
    await settleDown(2);
  }
  expect(sent()).toEqual([["a"], ["a"]]);
});

test("waits of more than an hour are kept of what is stored, also by the next page", async () => {
  pages.replies = [[200, { results: [{ status: "retry" }] }]];
  const database = memoryDatabase();
  const open = (): Started =>
    start({
      relay: { retry: { baseDelay: 14_400_000, maxDelay: 14_400_000 } },
      outbox: memoryPageOutbox(database),
    });
  const { tab, tracker } = open();
  tracker.track("a");
  for (const page of [tab, open().tab]) {
    for (let second = 0; second < 200; second++) {
      pages.clock.advance(1_000);
      await settleDown(2);
    }
    page.kill();
  }
  expect(sent()).toEqual([["a"]]);
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
  pages.replies = ["lost"];
  const { tracker } = start();
  tracker.track("a");
  await settleDown();
  expect(await tracker.close({ timeout: 0 })).toEqual({ pending: 0, dropped: 1 });
  expect(pages.clock.timers()).toBe(0);
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
    pages.replies = [[429, {}, { "retry-after": "1800" }]];
    const database = memoryDatabase();
    const first = start({ outbox: memoryPageOutbox(database) });
    first.tracker.track("a");
    await settleDown();
    first.tab.kill();
    start({ outbox: memoryPageOutbox(database) });
    for (let second = 0; second < 1_799; second++) {
      pages.clock.advance(1_000);
      await settleDown(2);
    }
    expect(sent()).toEqual([["a"]]);
    for (let second = 0; second < 10; second++) {
      pages.clock.advance(1_000);
      await settleDown(2);
    }
    expect(sent()).toEqual([["a"], ["a"]]);
  });

  test("by a tab that is hidden meanwhile", async () => {
    pages.replies = [[503, {}, { "retry-after": "600" }]];
    const { tab, tracker } = start({ outbox: memoryPageOutbox(memoryDatabase()) });
    tracker.track("a");
    await settleDown();
    pages.browser.setVisible(false);
    tab.dispatch("visibilitychange");
    pages.browser.setVisible(true);
    await settleDown();
    expect(sent()).toEqual([["a"]]);
  });
});

test.each([
  ["drop_newest" as const, [0, 1, 2, 3, 4, 5, 6, 7, 8, 9]],
  ["drop_oldest" as const, [2, 3, 4, 5, 6, 7, 8, 9, 10, 11]],
])("events of one turn that do not all fit into the store fill it: %s", async (policy, kept) => {
  pages.browser.setOnline(false);
  const outbox = memoryPageOutbox(memoryDatabase(), { maxEvents: 10 });
  const { tab, tracker } = start({ queue: { policy }, outbox });
  const receipts = Array.from({ length: 12 }, (_, n) => tracker.track(`n${n}`));
  await settleDown(60);
  pages.browser.setOnline(true);
  tab.dispatch("online");
  const outcomes = await Promise.all(receipts);
  expect(outcomes.flatMap(({ status }, n) => (status === "accepted" ? [n] : []))).toEqual(kept);
  expect(outcomes.filter(({ status }) => status !== "accepted")).toEqual(
    Array(2).fill({ status: "dropped", reason: "queue_full" }),
  );
});
