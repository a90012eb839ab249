import { OutboxError } from "@intercom-events/core";
import { describe, expect, test, vi } from "vitest";
import { type FakeTab, settleDown } from "../test/fake-tabs.ts";
import { memoryDatabase, memoryPageOutbox } from "../test/memory-page-outbox.ts";
import { ACCEPTED, bytesOf, eventsOf, relayPages } from "../test/relay-pages.ts";

const pages = relayPages();
const { sent, start } = pages;

describe("a page that goes", () => {
  test("sends what waits to be tried again, in requests that outlive it, and the latest if not all fits", async () => {
    pages.replies = ["lost"];
    const { tab, tracker } = start();
    for (let n = 0; n < 20; n++) tracker.track(`n-${n}`, { text: "x".repeat(5_000) });
    await settleDown();
    const before = pages.browser.requests.length;
    tab.dispatch("pagehide");
    const left = pages.browser.requests.slice(before);
    expect(left.every(({ keepalive }) => keepalive)).toBe(true);
    const names = left.flatMap(eventsOf).map(({ event_name }) => event_name);
    expect(names).toContain("n-19");
    expect(names).not.toContain("n-0");
    expect(left.reduce((sum, { body }) => sum + body.length, 0)).toBeLessThanOrEqual(60 * 1024);
    await settleDown();
  });

  test("sends its events in their order, what is not stored before what is", async () => {
    pages.browser.setOnline(false);
    let isBroken = true;
    const outbox = memoryPageOutbox(memoryDatabase(), { fails: () => isBroken });
    const { tab, tracker } = start({ outbox });
    const text = "x".repeat(25_000);
    for (const name of ["a", "b"]) tracker.track(name, { text });
    await settleDown();
    isBroken = false;
    for (const name of ["c", "d"]) expect(await tracker.track(name, { text }).stored).toBe(true);
    pages.browser.setOnline(true);
    tab.dispatch("pagehide");
    expect(sent()).toEqual([["a", "b"]]);
    await settleDown();
  });

  test("sends what is stored and due, too, each event once", async () => {
    pages.browser.setOnline(false);
    const { tab, tracker } = start({ outbox: memoryPageOutbox(memoryDatabase()) });
    for (const name of ["a", "b"]) expect(await tracker.track(name).stored).toBe(true);
    pages.browser.setOnline(true);
    tab.dispatch("pagehide");
    expect(sent()).toEqual([["a", "b"]]);
    await settleDown();
  });

  test("has halves follow at once what was too much for one request", async () => {
    pages.browser.setOnline(false);
    pages.replies = [[413, {}]];
    const { tab, tracker } = start();
    for (const name of ["a", "b", "c", "d"]) tracker.track(name);
    await settleDown();
    pages.browser.setOnline(true);
    pages.browser.setVisible(false);
    tab.dispatch("visibilitychange");
    await settleDown();
    pages.browser.setVisible(true);
    expect(sent().map((batch) => batch.join(""))).toEqual(["abcd", "ab", "cd"]);
  });

  test("leaves alone on the next page what was stored and is on its way, for half a minute", async () => {
    pages.browser.setOnline(false);
    const database = memoryDatabase();
    const { tab, tracker } = start({ outbox: memoryPageOutbox(database) });
    expect(await tracker.track("a").stored).toBe(true);
    pages.browser.setOnline(true);
    pages.replies = ["never"];
    tab.dispatch("pagehide");
    await settleDown();
    tab.kill();
    start({ outbox: memoryPageOutbox(database) });
    for (let second = 0; second < 30; second++) {
      await settleDown(4);
      expect(sent()).toEqual([["a"]]);
      pages.clock.advance(1_000);
    }
    await settleDown(30);
    expect(sent()).toEqual([["a"], ["a"]]);
  });

  test("is told that nobody knows its visitor", async () => {
    pages.browser.setOnline(false);
    pages.replies = [[401, { error: { code: "unauthorized", message: "" } }]];
    const { tab, tracker } = start();
    const receipt = tracker.track("a");
    await settleDown();
    pages.browser.setOnline(true);
    tab.dispatch("pagehide");
    expect(await receipt).toMatchObject({ status: "rejected", verdict: { kind: "unauthorized" } });
  });

  test("sends again what is on its way in a request that does not outlive it", async () => {
    pages.replies = ["lost", "never"];
    const { tab, tracker } = start();
    tracker.track("a");
    await settleDown();
    pages.clock.advance(500);
    await settleDown();
    tab.dispatch("pagehide");
    expect(pages.browser.requests.map(({ keepalive }) => keepalive)).toEqual([true, false, true]);
    await settleDown();
  });

  test("sends nothing twice as it comes back before there is a reply", async () => {
    pages.replies = ["lost", "never"];
    const { tab, tracker } = start();
    tracker.track("a");
    await settleDown();
    tab.dispatch("pagehide");
    tab.dispatch("pageshow", { persisted: true });
    pages.clock.advance(10_000);
    await settleDown();
    expect(sent()).toEqual([["a"], ["a"]]);
    await tracker.close({ timeout: 0 });
  });

  test("sends a smaller event though a later one is too large for a request that outlives it", async () => {
    pages.browser.setOnline(false);
    const { tab, tracker } = start();
    tracker.track("small");
    tracker.track("large", { text: "x".repeat(62_000) });
    await settleDown();
    pages.browser.setOnline(true);
    tab.dispatch("pagehide");
    expect(sent()).toEqual([["small"]]);
    await settleDown();
  });

  test("sends as much of the latest with an identity that has to be awaited", async () => {
    const { tab, tracker } = start({ relay: { identity: async () => "t".repeat(400) } });
    await tracker.track("a");
    pages.replies = ["never"];
    for (let n = 0; n < 90; n++) tracker.track(`slow-${n}`, { text: "x".repeat(400) });
    await settleDown();
    for (let n = 0; n < 50; n++) tracker.track(`n-${n}`, { text: "x".repeat(400) });
    const before = pages.browser.requests.length;
    tab.dispatch("pagehide");
    await settleDown();
    const left = pages.browser.requests.slice(before);
    expect(left.every(({ keepalive }) => keepalive)).toBe(true);
    const names = left.flatMap(eventsOf).map(({ event_name }) => event_name);
    expect(names).toContain("n-49");
    expect(names.length).toBeGreaterThan(20);
    const inFlight = pages.browser.requests.slice(1);
    expect(inFlight.reduce((sum, { body }) => sum + body.length, 0)).toBeLessThanOrEqual(60 * 1024);
    pages.clock.advance(20_000);
    await settleDown();
  });

  test("uses up no attempt as its tab is hidden again and again", async () => {
    pages.replies = Array(7).fill([503, {}, { "retry-after": "600" }]);
    const { tab, tracker } = start({ relay: { retry: { attempts: 2 } } });
    const receipt = tracker.track("a");
    for (let time = 0; time < 6; time++) {
      await settleDown();
      pages.browser.setVisible(false);
      tab.dispatch("visibilitychange");
      pages.browser.setVisible(true);
    }
    await settleDown();
    expect(sent()).toHaveLength(7);
    pages.clock.advance(600_000);
    expect(await receipt).toEqual({ status: "accepted", attempts: 8 });
  });

  test("sends nothing twice that is on its way in a request that outlives it", async () => {
    pages.replies = ["never"];
    const { tab, tracker } = start();
    tracker.track("a");
    await settleDown();
    tab.dispatch("pagehide");
    await settleDown();
    expect(sent()).toEqual([["a"]]);
    pages.clock.advance(20_000);
  });

  test("also sends what is tracked while it goes", async () => {
    const { tab, tracker } = start({ outbox: memoryPageOutbox(memoryDatabase()) });
    tab.dispatch("pagehide");
    tracker.track("late");
    await Promise.resolve();
    await Promise.resolve();
    expect(sent()).toEqual([["late"]]);
    await settleDown();
  });

  test("marks in the store what it has sent, so that the next page does not send it at once", async () => {
    const database = memoryDatabase();
    const first = start({ outbox: memoryPageOutbox(database, { isAlive: () => true }) });
    pages.replies = ["never"];
    first.tracker.track("a");
    await Promise.resolve();
    first.tab.dispatch("pagehide");
    await settleDown();
    first.tab.kill();
    start({ outbox: memoryPageOutbox(database) });
    await settleDown();
    expect(sent()).toEqual([["a"]]);
    for (let second = 0; second < 40; second++) {
      pages.clock.advance(1_000);
      await settleDown(4);
    }
    expect(sent()).toEqual([["a"], ["a"]]);
    expect(new Set(pages.browser.requests.map(bytesOf)).size).toBe(1);
    expect(database.events.events.size).toBe(0);
  });

  test("goes on where it was when it comes back from the cache", async () => {
    const { tab, tracker } = start({ outbox: memoryPageOutbox(memoryDatabase()) });
    tab.dispatch("pagehide", { persisted: true });
    await settleDown();
    tab.dispatch("pageshow", { persisted: true });
    pages.replies = ["lost"];
    tab.run(() => tracker.track("a"));
    for (let second = 0; second < 10; second++) {
      await settleDown(4);
      pages.clock.advance(1_000);
    }
    expect(sent()).toEqual([["a"], ["a"]]);
  });

  test("does not wait for what was on its way as it went to the cache, which Firefox never settles", async () => {
    pages.replies = ["never"];
    const { tab, tracker } = start();
    tracker.track("a");
    await settleDown();
    tab.dispatch("pagehide");
    tab.dispatch("pageshow", { persisted: true });
    expect(await tracker.track("b")).toMatchObject(ACCEPTED);
    expect(sent()).toEqual([["a"], ["b"]]);
    await tracker.close({ timeout: 0 });
  });

  test("sends one batch after the other, however often it has come back while one was on its way", async () => {
    const { tab, tracker } = start();
    const answers: (() => void)[] = [];
    const { fetch } = globalThis;
    const request = vi.spyOn(globalThis, "fetch").mockImplementation(async (...asked) => {
      await new Promise<void>((resolve) => answers.push(resolve));
      return fetch(...asked);
    });
    for (const name of "abc") {
      tracker.track(name);
      await settleDown();
      tab.dispatch("pagehide");
      tab.dispatch("pageshow", { persisted: true });
    }
    tracker.track("d");
    await settleDown();
    tracker.track("e");
    // Those of before have their answers.
    for (const answer of answers.splice(0, 3)) answer();
    await settleDown();
    expect(request).toHaveBeenCalledTimes(4);
    tracker.track("f");
    await settleDown();
    expect(request).toHaveBeenCalledTimes(4);
    for (let turn = 0; turn < 2; turn++) {
      answers.shift()?.();
      await settleDown();
    }
    expect(sent()).toEqual([["a"], ["b"], ["c"], ["d"], ["e", "f"]]);
    await tracker.close({ timeout: 0 });
  });

  test("warns once of an event that was moved, although it is stored later", async () => {
    const { tab, tracker } = start({ outbox: memoryPageOutbox(memoryDatabase()) });
    const codes: string[] = [];
    tracker.on("warning", ({ warnings }) => codes.push(...warnings.map(({ code }) => code)));
    tab.run(() => tracker.track("a"));
    tab.run(() => tracker.track("a"));
    tab.dispatch("pagehide");
    await settleDown();
    expect(codes).toEqual(["second_moved"]);
  });

  test("lets the store decide on what is tracked on a warning as it is hidden, before that is sent", async () => {
    const outbox = memoryPageOutbox(memoryDatabase());
    const { appendApart } = outbox;
    outbox.appendApart = (drafts) =>
      appendApart(drafts.map((draft) => ({ ...draft, second: draft.second + 7 })));
    const { tab, tracker } = start({ outbox });
    pages.replies = ["lost"];
    tracker.on("warning", ({ event }) => event?.eventName === "a" && tracker.track("b"));
    for (const name of ["a", "a"]) tracker.track(name);
    pages.browser.setVisible(false);
    tab.dispatch("visibilitychange");
    pages.browser.setVisible(true);
    for (let second = 0; second < 60; second++) {
      await settleDown(4);
      pages.clock.advance(1_000);
    }
    const times = pages.browser.requests.flatMap(eventsOf).filter(({ event_name }) => event_name === "b");
    expect(new Set(times.map(({ created_at }) => created_at)).size).toBe(1);
  });
});

describe("what a page that is hidden cannot store stays with it, and is delivered", () => {
  function hide(tab: FakeTab): void {
    pages.browser.setVisible(false);
    tab.dispatch("visibilitychange");
    pages.browser.setVisible(true);
  }

  test("where the store never answers", async () => {
    let hangs = false;
    const outbox = memoryPageOutbox(memoryDatabase(), { isAlive: () => !hangs });
    const { tab, tracker } = start({ outbox });
    await settleDown();
    hangs = true;
    pages.replies = ["lost"];
    const receipt = tracker.track("a");
    hide(tab);
    for (let second = 0; second < 30; second++) {
      pages.clock.advance(1_000);
      await settleDown(2);
    }
    expect(await receipt).toMatchObject(ACCEPTED);
  });

  test("and told not to be stored", async () => {
    pages.browser.setOnline(false);
    const { tab, tracker } = start({ outbox: memoryPageOutbox(memoryDatabase(), { fails: () => true }) });
    const receipt = tracker.track("a");
    hide(tab);
    expect(await receipt.stored).toBe(false);
    pages.browser.setOnline(true);
    tab.dispatch("online");
    expect(await receipt).toEqual({ status: "accepted", attempts: 1 });
  });

  test("where it is full, with the bytes it was sent with, whatever the store decides later", async () => {
    const outbox = memoryPageOutbox(memoryDatabase());
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
    pages.replies = ["lost"];
    const receipts = ["a", "b"].map((name) => tracker.track(name));
    await Promise.resolve();
    hide(tab);
    refuse();
    for (let second = 0; second < 60; second++) {
      await settleDown(4);
      pages.clock.advance(1_000);
    }
    expect(await Promise.all(receipts)).toMatchObject([ACCEPTED, ACCEPTED]);
    const times = pages.browser.requests.flatMap(eventsOf).map(({ created_at }) => created_at);
    expect(times.length).toBeGreaterThan(2);
    expect(new Set(times)).toEqual(new Set([1_700_000_001]));
  });

  test("where it is full, with the bytes it was sent with while room was being made", async () => {
    pages.browser.setOnline(false);
    const database = memoryDatabase();
    const earlier = start({ outbox: memoryPageOutbox(database, { maxEvents: 1 }) });
    earlier.tracker.track("old");
    await settleDown();
    earlier.tab.kill();
    let calls = 0;
    const outbox = memoryPageOutbox(database, {
      maxEvents: 1,
      fails() {
        if (++calls !== 2) return false;
        pages.browser.setOnline(true);
        pages.replies = ["lost"];
        hide(tab);
        // Another tab has taken it meanwhile.
        database.taken.add("a 1700000000");
        return false;
      },
    });
    const { tab, tracker } = start({ outbox, queue: { policy: "drop_oldest" } });
    const receipt = tracker.track("a");
    await settleDown();
    for (let second = 0; second < 60; second++) {
      pages.clock.advance(1_000);
      await settleDown(4);
    }
    expect(await receipt).toMatchObject(ACCEPTED);
    const times = pages.browser.requests.flatMap(eventsOf).filter(({ event_name }) => event_name === "a");
    expect(times.length).toBeGreaterThan(1);
    expect(new Set(times.map(({ created_at }) => created_at)).size).toBe(1);
  });

  test("where it is full, while it is on its way", async () => {
    pages.browser.setOnline(false);
    const { tab, tracker } = start({ outbox: memoryPageOutbox(memoryDatabase(), { maxEvents: 1 }) });
    tracker.track("a");
    await settleDown();
    pages.browser.setOnline(true);
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
