import type { Receipt } from "@intercom-events/core";
import { describe, expect, test, vi } from "vitest";
import { settleDown } from "../test/fake-tabs.ts";
import { memoryDatabase, memoryPageOutbox } from "../test/memory-page-outbox.ts";
import { ACCEPTED, eventsOf, type Reply, relayPages, type Started } from "../test/relay-pages.ts";

const pages = relayPages();
const { sent, start } = pages;

describe("tabs", () => {
  test("one delivers, the others hear of their events, and another takes over", async () => {
    const database = memoryDatabase();
    const one = start({ outbox: memoryPageOutbox(database) });
    const other = start({ outbox: memoryPageOutbox(database) });
    await settleDown();
    const receipt = other.tracker.track("a");
    expect(await receipt.stored).toBe(true);
    expect(await receipt).toEqual({ status: "accepted", attempts: 1 });
    expect(pages.browser.requests.map(({ tab }) => tab)).toEqual([one.tab]);
    one.tab.kill();
    expect(await other.tracker.track("b")).toMatchObject(ACCEPTED);
    expect(pages.browser.requests[1]?.tab).toBe(other.tab);
  });

  test("one that does not deliver looks time and again, and never at once", async () => {
    const after = vi.spyOn(pages.clock, "after");
    const database = memoryDatabase();
    const first = start({ outbox: memoryPageOutbox(database) });
    const second = start({ outbox: memoryPageOutbox(database) });
    pages.replies = ["never"];
    second.tab.run(() => second.tracker.track("a"));
    await settleDown(30);
    expect(pages.browser.requests.map(({ tab }) => tab)).toEqual([first.tab]);
    expect(after).toHaveBeenCalled();
    expect(Math.min(...after.mock.calls.map(([milliseconds]) => milliseconds))).toBeGreaterThan(0);
  });

  test("one that finds the loss of an event that another has left tells of it, and of no other end", async () => {
    pages.browser.setOnline(false);
    const database = memoryDatabase();
    const left = start({ outbox: memoryPageOutbox(database) });
    for (const name of ["a", "b"]) left.tracker.track(name);
    await settleDown();
    left.tab.kill();
    pages.browser.setOnline(true);
    pages.replies = [[200, { results: [ACCEPTED, { status: "rejected", code: "name_not_allowed" }] }]];
    const { tracker } = start({ outbox: memoryPageOutbox(database) });
    const told = vi.fn();
    tracker.on("outcome", told);
    await settleDown(30);
    expect(told.mock.calls).toMatchObject([[{ outcome: { status: "rejected" }, event: { eventName: "b" } }]]);
  });

  test("one that has missed how its event ended looks into the store", async () => {
    const database = memoryDatabase();
    start({ outbox: memoryPageOutbox(database) });
    const other = start({ outbox: memoryPageOutbox(database) });
    await settleDown();
    vi.spyOn(BroadcastChannel.prototype, "postMessage").mockImplementation(() => undefined);
    const receipt = other.tracker.track("a");
    for (let second = 0; second < 20; second++) {
      pages.clock.advance(1_000);
      await settleDown(4);
    }
    expect(await receipt).toEqual({ status: "accepted", attempts: 0 });
  });

  test("one that has missed how its event ended looks into the store, which may hold others", async () => {
    pages.browser.setOnline(false);
    const database = memoryDatabase();
    const one = start({ outbox: memoryPageOutbox(database) });
    const receipts = ["a", "b"].map((name) => one.tab.run(() => one.tracker.track(name)));
    await settleDown();
    const [a, b] = receipts.map((receipt) => {
      const ended = vi.fn();
      receipt.then(ended);
      return ended;
    });
    one.tab.dispatch("pagehide", { persisted: true });
    await settleDown();
    pages.browser.setOnline(true);
    pages.replies = [
      [200, { results: [{ status: "accepted" }, { status: "retry" }] }, { "retry-after": "1800" }],
    ];
    start({ outbox: memoryPageOutbox(database) });
    await settleDown();
    one.tab.dispatch("pageshow", { persisted: true });
    for (let second = 0; second < 20; second++) {
      pages.clock.advance(1_000);
      await settleDown(4);
    }
    expect(a).toHaveBeenCalledExactlyOnceWith({ status: "accepted", attempts: 0 });
    expect(b).not.toHaveBeenCalled();
  });

  test("without locks each delivers, and no event goes twice", async () => {
    Object.assign(navigator, { locks: undefined });
    const database = memoryDatabase();
    const both = [
      start({ outbox: memoryPageOutbox(database) }),
      start({ outbox: memoryPageOutbox(database) }),
    ];
    const receipts = both.flatMap(({ tracker }) => ["a", "b"].map((name) => tracker.track(name)));
    await settleDown(30);
    expect((await Promise.all(receipts)).map(({ status }) => status)).toEqual(Array(4).fill("accepted"));
    expect(pages.browser.requests.flatMap(eventsOf)).toHaveLength(4);
  });

  test("a clock that is put back a day holds nothing up", async () => {
    const database = memoryDatabase();
    pages.replies = ["lost"];
    const { tracker } = start({ outbox: memoryPageOutbox(database) });
    const receipt = tracker.track("a");
    await settleDown();
    pages.clock.set(pages.clock.now() - 86_400_000);
    for (let second = 0; second < 300; second++) {
      pages.clock.advance(1_000);
      await settleDown(4);
    }
    expect(await receipt).toMatchObject(ACCEPTED);
  });

  test("what a dead one was sending waits two minutes more where the clock is put back a day", async () => {
    const database = memoryDatabase();
    pages.replies = ["never"];
    const { tab, tracker } = start({ outbox: memoryPageOutbox(database) });
    tracker.track("a");
    await settleDown();
    tab.kill();
    pages.clock.set(pages.clock.now() - 86_400_000);
    start({ outbox: memoryPageOutbox(database) });
    for (let second = 0; second < 130; second++) {
      pages.clock.advance(1_000);
      await settleDown(4);
    }
    expect(sent()).toEqual([["a"], ["a"]]);
  });

  test("opting out deletes what is stored, and tells the other tabs", async () => {
    pages.browser.setOnline(false);
    const database = memoryDatabase();
    const [one, other] = [
      start({ outbox: memoryPageOutbox(database) }),
      start({ outbox: memoryPageOutbox(database) }),
    ];
    const receipts = [one, other].map(({ tracker }) => tracker.track("a"));
    await settleDown();
    one?.tracker.optOut();
    await settleDown();
    expect(await Promise.all(receipts)).toEqual(Array(2).fill({ status: "dropped", reason: "opted_out" }));
    expect(database.events.events.size).toBe(0);
  });

  test.each<[string, Reply]>([
    ["is told to wait", [429, {}]],
    ["fails", [503, {}]],
  ])("what an earlier page has left days before outlives a first attempt that %s", async (_, reply) => {
    pages.browser.setOnline(false);
    const database = memoryDatabase();
    const earlier = start({ outbox: memoryPageOutbox(database) });
    expect(await earlier.tracker.track("a").stored).toBe(true);
    earlier.tab.kill();
    pages.clock.advance(3 * 86_400_000);
    pages.browser.setOnline(true);
    pages.replies = [reply];
    start({ outbox: memoryPageOutbox(database) });
    for (let second = 0; second < 20; second++) {
      pages.clock.advance(1_000);
      await settleDown();
    }
    expect(sent()).toEqual([["a"], ["a"]]);
    expect(database.events.events.size).toBe(0);
  });

  test("opting out while the store fails sends nothing of it, and deletes it once that can be done", async () => {
    pages.browser.setOnline(false);
    const database = memoryDatabase();
    const earlier = start({ outbox: memoryPageOutbox(database) });
    earlier.tracker.track("a");
    await settleDown();
    earlier.tab.kill();
    let isBroken = true;
    const { tab, tracker } = start({ outbox: memoryPageOutbox(database, { fails: () => isBroken }) });
    tracker.optOut();
    await settleDown();
    expect(database.events.events.size).toBe(1);
    isBroken = false;
    pages.browser.setOnline(true);
    tab.dispatch("online");
    await settleDown();
    expect(sent()).toEqual([]);
    expect(database.events.events.size).toBe(0);
  });

  test("opting in again while the store fails costs no event that comes after", async () => {
    pages.browser.setOnline(false);
    const database = memoryDatabase();
    let isBroken = false;
    const { tab, tracker } = start({ outbox: memoryPageOutbox(database, { fails: () => isBroken }) });
    tracker.track("a");
    await settleDown();
    isBroken = true;
    tracker.optOut();
    await settleDown();
    tracker.optIn();
    isBroken = false;
    const receipt = tracker.track("b");
    expect(await receipt.stored).toBe(true);
    expect([...database.events.events.values()]).toHaveLength(1);
    pages.browser.setOnline(true);
    tab.dispatch("online");
    expect(await receipt).toEqual({ status: "accepted", attempts: 1 });
    expect(sent()).toEqual([["b"]]);
  });

  test("opting out deletes nothing that another tab stores once the store was emptied", async () => {
    pages.browser.setOnline(false);
    const database = memoryDatabase();
    const outbox = memoryPageOutbox(database);
    const { clear } = outbox;
    let answer = (): void => undefined;
    const answered = new Promise<void>((resolve) => {
      answer = resolve;
    });
    outbox.clear = () => clear().then(() => answered);
    const one = start({ outbox });
    const other = start({ outbox: memoryPageOutbox(database) });
    one.tab.run(() => one.tracker.optOut());
    await settleDown();
    one.tracker.optIn();
    expect(await other.tracker.track("a").stored).toBe(true);
    const receipt = one.tracker.track("b");
    await settleDown();
    answer();
    expect(await receipt.stored).toBe(true);
    expect(database.events.events.size).toBe(2);
  });

  test("opting out deletes what another tab was storing, though it comes after the store was emptied", async () => {
    pages.browser.setOnline(false);
    const database = memoryDatabase();
    const emptied = memoryPageOutbox(database);
    emptied.clear = async () => undefined;
    const outbox = memoryPageOutbox(database);
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
    expect(database.events.events.size).toBe(0);
  });

  test("opting out twice deletes what came between", async () => {
    pages.browser.setOnline(false);
    const database = memoryDatabase();
    const outbox = memoryPageOutbox(database);
    const { clear } = outbox;
    const answers: (() => void)[] = [];
    outbox.clear = () => clear().then(() => new Promise((resolve) => answers.push(resolve)));
    const one = start({ outbox });
    const other = start({ outbox: memoryPageOutbox(database) });
    one.tab.run(() => one.tracker.optOut());
    await settleDown();
    expect(await other.tracker.track("a").stored).toBe(true);
    one.tab.run(() => one.tracker.optOut());
    await settleDown();
    for (const answer of answers) answer();
    await settleDown();
    expect(database.events.events.size).toBe(0);
    one.tracker.optIn();
    expect(await one.tracker.track("b").stored).toBe(true);
  });

  test("opting out after closing tells the other tabs, too", async () => {
    pages.browser.setOnline(false);
    const database = memoryDatabase();
    const one = start({ outbox: memoryPageOutbox(database) });
    const other = start({ outbox: memoryPageOutbox(database) });
    const receipt = other.tracker.track("a");
    await settleDown();
    await one.tracker.close({ timeout: 0 });
    const close = vi.spyOn(BroadcastChannel.prototype, "close");
    one.tab.run(() => one.tracker.optOut());
    expect(close).toHaveBeenCalledTimes(1); // Of a channel of its own, which would keep the page out of the cache.
    await settleDown();
    expect(database.events.events.size).toBe(0);
    expect(await receipt).toEqual({ status: "dropped", reason: "opted_out" });
  });

  test("opting out in another tab drops what a tab has in memory alone, too", async () => {
    pages.browser.setOnline(false);
    const database = memoryDatabase();
    const one = start({ outbox: memoryPageOutbox(database) });
    const other = start({ outbox: memoryPageOutbox(database, { fails: () => true }) });
    const receipt = other.tracker.track("a");
    await settleDown();
    expect(await receipt.stored).toBe(false);
    one.tab.run(() => one.tracker.optOut());
    await settleDown();
    expect(await receipt).toEqual({ status: "dropped", reason: "opted_out" });
    pages.browser.setOnline(true);
    other.tab.dispatch("online");
    await settleDown();
    expect(sent()).toEqual([]);
  });

  test("what is stored as the page is hidden outlives what opting out still has to delete", async () => {
    pages.browser.setOnline(false);
    const database = memoryDatabase();
    let isBroken = true;
    const { tab, tracker } = start({ outbox: memoryPageOutbox(database, { fails: () => isBroken }) });
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
    expect([...database.events.events.values()]).toHaveLength(1);
    pages.browser.setOnline(true);
    tab.dispatch("online");
    expect(await receipt).toEqual({ status: "accepted", attempts: 1 });
    expect(sent()).toEqual([["a"]]);
  });

  test("one that was frozen with the lock holds up the events of others for half a minute", async () => {
    const database = memoryDatabase();
    start({ outbox: memoryPageOutbox(database, { isAlive: () => false }) });
    const other = start({ outbox: memoryPageOutbox(database) });
    await settleDown();
    const receipt = other.tracker.track("a");
    for (let second = 0; second < 25; second++) {
      pages.clock.advance(1_000);
      await settleDown(2);
    }
    expect(sent()).toEqual([]);
    for (let second = 0; second < 15; second++) {
      pages.clock.advance(1_000);
      await settleDown(2);
    }
    expect(await receipt).toEqual({ status: "accepted", attempts: 1 });
    expect(sent()).toEqual([["a"]]);
  });

  test("an event that has ended, but is still in the store, makes way without being told of again", async () => {
    pages.browser.setOnline(false);
    const database = memoryDatabase();
    const { tab, tracker } = start({
      outbox: memoryPageOutbox(database, { maxEvents: 1 }),
      queue: { policy: "drop_oldest" },
    });
    const told: unknown[] = [];
    tracker.on("outcome", ({ outcome, event }) => told.push([event?.eventName, outcome.status]));
    tab.run(() => tracker.track("a"));
    await settleDown();
    const [id] = database.events.events.keys();
    const outcome = { status: "accepted", attempts: 1 };
    new BroadcastChannel("intercom-events ").postMessage({ ended: [{ id, outcome }] });
    await settleDown();
    const second = tab.run(() => tracker.track("b"));
    expect(await second.stored).toBe(true);
    await settleDown();
    expect(told).toEqual([["a", "accepted"]]);
  });

  test("an event whose end could not be written leaves the store later, and is not sent again", async () => {
    const database = memoryDatabase();
    const outbox = memoryPageOutbox(database);
    const { tracker } = start({ outbox });
    vi.spyOn(outbox, "settle").mockRejectedValueOnce(new Error("the disk is broken"));
    expect(await tracker.track("a")).toMatchObject(ACCEPTED);
    await settleDown();
    expect(database.events.events.size).toBe(1);
    tracker.track("b");
    for (let second = 0; second < 60; second++) {
      pages.clock.advance(1_000);
      await settleDown(4);
    }
    expect(sent()).toEqual([["a"], ["b"]]);
    expect(database.events.events.size).toBe(0);
  });

  test("an event that makes way for another before it is stored is not sent by any", async () => {
    const database = memoryDatabase();
    start({ outbox: memoryPageOutbox(database) });
    const other = start({
      outbox: memoryPageOutbox(database),
      queue: { maxEvents: 2, policy: "drop_oldest" },
    });
    await settleDown();
    const receipts = ["a", "b", "c"].map((name) => other.tracker.track(name));
    expect(await receipts[0]).toEqual({ status: "dropped", reason: "queue_full" });
    expect(await Promise.all(receipts.slice(1))).toMatchObject([ACCEPTED, ACCEPTED]);
    await settleDown(30);
    expect(sent().flat()).toEqual(["b", "c"]);
  });

  test("closing sends nothing of what the store hands out meanwhile", async () => {
    const database = memoryDatabase();
    pages.browser.setOnline(false);
    const before = start({ outbox: memoryPageOutbox(database) });
    before.tracker.track("a");
    await settleDown();
    before.tab.kill();
    const { tracker } = start({ outbox: memoryPageOutbox(database) });
    await settleDown();
    pages.browser.setOnline(true);
    void tracker.flush();
    for (let turn = 0; turn < 3; turn++) await Promise.resolve();
    await tracker.close({ timeout: 0 });
    await settleDown(30);
    expect(sent()).toEqual([]);
    start({ outbox: memoryPageOutbox(database) });
    await settleDown();
    expect(sent()).toEqual([["a"]]);
  });

  test("flush does not wait for what closing leaves in the store", async () => {
    pages.browser.setOnline(false);
    const { tracker } = start({ outbox: memoryPageOutbox(memoryDatabase()) });
    tracker.track("a");
    await settleDown();
    const earlier = tracker.flush();
    await tracker.close({ timeout: 0 });
    expect(await earlier).toEqual({ pending: 1 });
    expect(await tracker.flush()).toEqual({ pending: 1 });
    expect(pages.clock.timers()).toBe(0);
  });

  test("closing leaves what is stored to the next page, and lets another tab deliver", async () => {
    pages.browser.setOnline(false);
    const database = memoryDatabase();
    const one = start({ outbox: memoryPageOutbox(database) });
    one.tracker.track("a");
    await settleDown();
    expect(await one.tracker.close({ timeout: 0 })).toEqual({ pending: 1, dropped: 0 });
    expect(pages.clock.timers()).toBe(0);
    pages.browser.setOnline(true);
    one.tab.dispatch("online");
    await settleDown(30);
    expect([sent(), pages.clock.timers(), pages.browser.locks()]).toEqual([[], 0, 0]); // It is closed for good.
    start({ outbox: memoryPageOutbox(database) });
    await settleDown(30);
    expect(sent()).toEqual([["a"]]);
    expect(database.events.events.size).toBe(0);
  });

  test("a reply that comes after closing leaves no timer behind", async () => {
    let reply = (_: Response) => {};
    vi.spyOn(globalThis, "fetch").mockReturnValue(new Promise((resolve) => (reply = resolve)));
    const database = memoryDatabase();
    const { tracker } = start({ outbox: memoryPageOutbox(database) });
    tracker.track("a");
    await settleDown(30);
    await tracker.close({ timeout: 0 });
    reply(new Response("", { status: 503, headers: { "retry-after": "3600" } }));
    await settleDown(30);
    expect(pages.clock.timers()).toBe(0);
    expect(database.events.events.size).toBe(1);
  });

  test("a store that never answers holds nothing up", async () => {
    const never = memoryPageOutbox(memoryDatabase(), { isAlive: () => false });
    const { tracker } = start({ outbox: never });
    const receipt = tracker.track("a");
    for (let second = 0; second < 20; second++) {
      pages.clock.advance(1_000);
      await settleDown(2);
    }
    expect(await receipt.stored).toBe(false);
    expect(await receipt).toMatchObject(ACCEPTED);
  });

  test("a store that answers too late does not count as having an event that was given up", async () => {
    pages.browser.setOnline(false);
    const outbox = memoryPageOutbox(memoryDatabase());
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
    pages.clock.advance(5_000);
    await settleDown();
    answer();
    for (let second = 0; second < 20; second++) {
      pages.clock.advance(1_000);
      await settleDown(2);
    }
    pages.browser.setOnline(true);
    tab.dispatch("online");
    expect(await receipt).toMatchObject(ACCEPTED);
    expect(await receipt.stored).toBe(false);
    expect(sent()).toEqual([["a"]]);
  });

  test("a store that fails after the tracker was closed has the event end", async () => {
    const outbox = memoryPageOutbox(memoryDatabase());
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
    const { tracker } = start({ outbox: memoryPageOutbox(memoryDatabase()) });
    const receipt = tracker.track("a");
    expect(await tracker.close({ timeout: 0 })).toEqual({ pending: 0, dropped: 1 });
    expect(await receipt).toEqual({ status: "dropped", reason: "closed" });
    await settleDown();
    expect(warn.mock.calls.map(([text]) => text)).toEqual([
      "intercom-events: an event was lost: closed (said once)",
    ]);
  });
});

describe("a store that holds what it does not give", () => {
  const record = { body: '{"event_name":"a","created_at":1}', trackedAt: 0, attempts: 0, failures: 0 };
  /** Lets as many looks pass. */
  async function look(times: number): Promise<void> {
    for (let time = 0; time < times; time++) {
      pages.clock.advance(5_000);
      await settleDown();
    }
  }

  test("is looked through after two minutes, for what a clock has put off that is right again", async () => {
    const database = memoryDatabase();
    const outbox = memoryPageOutbox(database);
    const now = pages.clock.now();
    await outbox.append([
      { ...record, id: "1", dueAt: now + 86_400_000 },
      { ...record, id: "2", dueAt: now + 600_000 },
    ]);
    start({ outbox });
    await settleDown();
    await look(24);
    expect(sent()).toEqual([]);
    await look(1);
    expect(sent()).toEqual([["a"]]);
    // What has to wait is not kept from other tabs.
    expect([...database.events.events]).toMatchObject([
      ["2", { record: { dueAt: now + 600_000 }, leaseUntil: 0 }],
    ]);
  });

  test("is emptied of what a clock has put off, though not all of it fits into one request", async () => {
    const database = memoryDatabase();
    const outbox = memoryPageOutbox(database);
    const dueAt = pages.clock.now() + 86_400_000;
    const body = JSON.stringify({ event_name: "a", created_at: 1, metadata: { text: "x".repeat(40_000) } });
    await outbox.append(["1", "2", "3"].map((id) => ({ ...record, id, body, dueAt })));
    start({ outbox });
    await settleDown();
    await look(90);
    expect(sent()).toEqual([["a"], ["a"], ["a"]]);
  });

  test("is left alone after five looks that failed", async () => {
    start({ outbox: memoryPageOutbox(memoryDatabase(), { fails: () => true }) });
    await settleDown();
    await look(4);
    expect(pages.clock.timers()).toBe(1);
    await look(1);
    expect(pages.clock.timers()).toBe(0);
  });
});

describe("a store that could not be read once", () => {
  /** A page without a network that has stored an event, and what is then to fail when it is read next. */
  async function startOnce(): Promise<
    Started & { database: ReturnType<typeof memoryDatabase>; first: Receipt }
  > {
    pages.browser.setOnline(false);
    const database = memoryDatabase();
    let failures = 0;
    const outbox = memoryPageOutbox(database, { fails: () => failures-- > 0 });
    const started = start({ outbox });
    const first = started.tracker.track("a");
    expect(await first.stored).toBe(true);
    await settleDown();
    failures = 1;
    pages.browser.setOnline(true);
    return { ...started, database, first };
  }

  test("still gets what is tracked as the page goes", async () => {
    const { tab, tracker, database } = await startOnce();
    pages.replies = Array(9).fill("lost");
    tab.dispatch("online");
    await settleDown();
    expect(sent()).toEqual([["a"]]);
    const second = tab.run(() => tracker.track("b"));
    tab.dispatch("pagehide");
    expect(await second.stored).toBe(true);
    const kept = [...database.events.events.values()].map(({ record }) => JSON.parse(record.body).event_name);
    expect(kept.sort()).toEqual(["a", "b"]);
  });

  test("has no event go twice in one request", async () => {
    const { tab, first } = await startOnce();
    pages.replies = ["lost"];
    tab.dispatch("online");
    await settleDown();
    for (let second = 0; second < 10; second++) {
      pages.clock.advance(1_000);
      await settleDown(4);
    }
    expect(await first).toEqual({ status: "accepted", attempts: 2 });
    expect(sent()).toEqual([["a"], ["a"]]);
  });

  test("keeps its events for the next page as the tracker is closed", async () => {
    const { tab, tracker } = await startOnce();
    pages.replies = Array(9).fill("lost");
    tab.dispatch("online");
    await settleDown();
    expect(await tracker.close({ timeout: 0 })).toEqual({ pending: 1, dropped: 0 });
  });

  test("loses its events as the visitor opts out in another tab", async () => {
    const { tab, database, first } = await startOnce();
    pages.replies = Array(9).fill("lost");
    tab.dispatch("online");
    await settleDown();
    start({ outbox: memoryPageOutbox(database) }).tracker.optOut();
    expect(await first).toEqual({ status: "dropped", reason: "opted_out" });
  });
});
