import { describe, expect, test } from "vitest";
import { settleDown } from "../test/fake-tabs.ts";
import { memoryDatabase, memoryPageOutbox } from "../test/memory-page-outbox.ts";
import { ACCEPTED, relayPages } from "../test/relay-pages.ts";

const pages = relayPages();
const { sent, start } = pages;

describe("after the visitor opted out nothing is sent", () => {
  test("in whichever turn that is", async () => {
    for (let turns = 0; turns < 60; turns++) {
      const database = memoryDatabase();
      pages.browser.setOnline(false);
      const before = start({ outbox: memoryPageOutbox(database) });
      before.tracker.track("earlier");
      await settleDown();
      before.tab.kill();
      pages.browser.setOnline(true);
      const { tab, tracker } = start(turns % 2 ? { outbox: memoryPageOutbox(database) } : {});
      tab.run(() => tracker.track("a"));
      void tracker.flush();
      for (let turn = 0; turn < turns; turn += 2) await (turn % 20 < 16 ? null : new Promise(setImmediate));
      const already = pages.browser.requests.length;
      tracker.optOut();
      await settleDown();
      expect(pages.browser.requests).toHaveLength(already);
      tab.kill();
    }
  });

  test("of what was about to be leased from the store", async () => {
    pages.browser.setOnline(false);
    const database = memoryDatabase();
    const before = start({ outbox: memoryPageOutbox(database) });
    before.tracker.track("a");
    await settleDown();
    before.tab.kill();
    pages.browser.setOnline(true);
    const { tracker } = start({ outbox: memoryPageOutbox(database) });
    for (let turn = 0; turn < 3; turn++) await Promise.resolve();
    tracker.optOut();
    await settleDown();
    expect(sent()).toEqual([]);
    expect(database.events.events.size).toBe(0);
  });

  test("in another tab, of what was waiting for an identity", async () => {
    let give = (_token: string): void => undefined;
    const asked = new Promise<string>((resolve) => {
      give = resolve;
    });
    const database = memoryDatabase();
    const other = start({ outbox: memoryPageOutbox(database), relay: { identity: () => asked } });
    const { tab, tracker } = start({ outbox: memoryPageOutbox(database) });
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
    pages.clock.advance(1_000);
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

test("what is said of an event after the visitor opted out is not told a second time", async () => {
  pages.replies = [[400, {}]];
  const { tracker } = start();
  const outcomes: unknown[] = [];
  tracker.on("outcome", ({ outcome }) => outcomes.push(outcome));
  tracker.track("a");
  while (pages.browser.requests.length === 0) await Promise.resolve();
  tracker.optOut();
  await settleDown();
  expect(outcomes).toEqual([{ status: "dropped", reason: "opted_out" }]);
});
