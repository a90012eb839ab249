import { describe, expect, test, vi } from "vitest";
import { settleDown } from "../test/fake-tabs.ts";
import { memoryDatabase, memoryPageOutbox } from "../test/memory-page-outbox.ts";
import { ACCEPTED, eventsOf, relayPages, type Started } from "../test/relay-pages.ts";
import { createTracker, messenger, relay } from "./index.ts";

const pages = relayPages();
const { sent, start } = pages;

describe("as the Messenger's fallback", () => {
  function startBoth(timeout: number, database = memoryDatabase()): Started {
    const tab = pages.browser.open(pages.clock);
    const fallback = relay({ url: "https://site.test/fallback" });
    const tracker = tab.run(() =>
      createTracker({
        route: messenger({ timeout, fallback }),
        clock: tab.clock,
        outbox: memoryPageOutbox(database),
      }),
    );
    return { tab, tracker };
  }

  test("it gets an event that has waited in vain, once, at the second it was tracked", async () => {
    const { tab, tracker } = startBoth(5_000);
    const receipt = tab.run(() => tracker.track("a"));
    pages.clock.advance(4_999);
    await settleDown();
    expect(sent()).toEqual([]);
    pages.clock.advance(1);
    expect(await receipt).toMatchObject(ACCEPTED);
    Object.assign(window, { Intercom: Object.assign(vi.fn(), { booted: true }) });
    pages.clock.advance(60_000);
    await settleDown();
    expect(pages.browser.requests.flatMap(eventsOf)).toEqual([
      { event_name: "a", created_at: 1_700_000_000 },
    ]);
    expect((window as { Intercom?: unknown }).Intercom).not.toHaveBeenCalled();
  });

  test("an event that waits for the Messenger is dropped as well where another tab opts out", async () => {
    const database = memoryDatabase();
    const other = start({ outbox: memoryPageOutbox(database) });
    const { tab, tracker } = startBoth(5_000, database);
    const receipt = tab.run(() => tracker.track("a"));
    other.tab.run(() => other.tracker.optOut());
    await settleDown();
    expect(await Promise.race([receipt, "never"])).toEqual({ status: "dropped", reason: "opted_out" });
    pages.clock.advance(5_000);
    await settleDown();
    expect(sent()).toEqual([]);
  });

  test("an event is not stored before it takes that way, or the Messenger has it", async () => {
    const { tab, tracker } = startBoth(5_000);
    const [stored, heard] = [vi.fn(), vi.fn()];
    const receipt = tab.run(() => tracker.track("a"));
    receipt.stored.then(stored);
    pages.clock.advance(4_900);
    await settleDown();
    expect(stored).not.toHaveBeenCalled();
    pages.browser.setOnline(false);
    pages.clock.advance(100);
    await settleDown();
    expect(stored).toHaveBeenCalledExactlyOnceWith(true);
    tab.run(() => tracker.track("b")).stored.then(heard);
    Object.assign(window, { Intercom: Object.assign(vi.fn(), { booted: true }) });
    pages.clock.advance(100);
    await settleDown();
    expect(heard).toHaveBeenCalledExactlyOnceWith(true);
  });

  test("it gets none that the Messenger has taken", async () => {
    const Intercom = Object.assign(vi.fn(), { booted: true });
    Object.assign(window, { Intercom });
    const { tab, tracker } = startBoth(5_000);
    tab.run(() => tracker.track("a"));
    pages.clock.advance(10_000);
    tab.dispatch("pagehide");
    await settleDown();
    expect(Intercom).toHaveBeenCalledExactlyOnceWith("trackEvent", "a");
    expect(sent()).toEqual([]);
  });

  test("it gets what waits when the page is hidden, which may be the last that is heard of it", async () => {
    const { tab, tracker } = startBoth(60_000);
    const receipt = tab.run(() => tracker.track("a"));
    pages.browser.setVisible(false);
    tab.dispatch("visibilitychange");
    await settleDown();
    expect(await receipt).toMatchObject(ACCEPTED);
    expect(sent()).toEqual([["a"]]);
  });

  test("it gets nothing just because the page is seen again", async () => {
    const { tab, tracker } = startBoth(60_000);
    tab.run(() => tracker.track("a"));
    tab.dispatch("pageshow");
    await settleDown();
    expect(sent()).toEqual([]);
  });

  test("it forgets what it has stored when the visitor opts out", async () => {
    pages.browser.setOnline(false);
    const database = memoryDatabase();
    const { tab, tracker } = startBoth(5_000, database);
    tab.run(() => tracker.track("a"));
    pages.clock.advance(5_000);
    await settleDown();
    expect(database.events.events.size).toBe(1);
    tab.run(() => tracker.optOut());
    await settleDown();
    expect(database.events.events.size).toBe(0);
  });

  test("it gets what waits when the page goes", async () => {
    const { tab, tracker } = startBoth(60_000);
    tab.run(() => tracker.track("a"));
    tab.dispatch("pagehide");
    await settleDown();
    expect(sent()).toEqual([["a"]]);
  });
});

test("the Messenger alone refuses an outbox", () => {
  const outbox = memoryPageOutbox(memoryDatabase());
  expect(() => createTracker({ route: messenger(), outbox })).toThrow(
    '"outbox" must be left out, as the Messenger',
  );
});
