import type { RelayRequest } from "@intercom-events/core";
import { describe, expect, test, vi } from "vitest";
import { type FakeRequest, settleDown } from "../test/fake-tabs.ts";
import { memoryDatabase, memoryPageOutbox } from "../test/memory-page-outbox.ts";
import { bytesOf, dateAfter, eventsOf, type Reply, relayPages } from "../test/relay-pages.ts";
import { createTracker, relay } from "./index.ts";

const pages = relayPages();
const { start } = pages;

describe("the second of an event", () => {
  test("is one no other event of its name has, and a warning says so", async () => {
    const { tracker } = start();
    const heard = vi.fn();
    tracker.on("warning", heard);
    for (const name of ["a", "A", "b"]) tracker.track(name);
    await settleDown();
    expect(pages.browser.requests.flatMap(eventsOf).map(({ created_at }) => created_at)).toEqual([
      1_700_000_000, 1_700_000_001, 1_700_000_000,
    ]);
    const moved = heard.mock.calls
      .flatMap(([{ warnings }]) => warnings)
      .filter(({ code }) => code === "second_moved");
    expect(moved).toEqual([
      { path: "createdAt", code: "second_moved", message: expect.stringContaining("moved by 1 s") },
    ]);
  });

  test("is one that no other tab has given to its name either, and a warning says so", async () => {
    const database = memoryDatabase();
    const [one, other] = [0, 1].map(() => start({ outbox: memoryPageOutbox(database) }).tracker);
    await one?.track("a");
    const heard = vi.fn();
    other?.on("warning", heard);
    await other?.track("a");
    expect(heard.mock.calls).toMatchObject([[{ warnings: [{ code: "second_moved" }] }]]);
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
    pages.replies = [reply];
    const { tracker } = start();
    tracker.track("a");
    await settleDown();
    tracker.track("b");
    pages.clock.advance(1_000);
    await settleDown();
    expect(
      pages.browser.requests.map((request) => eventsOf(request).map(({ created_at }) => created_at)),
    ).toEqual([[1_700_000_000], [1_700_000_000, later]]);
    // The relay is told of which times that is true.
    const offset = later === 1_700_000_000 ? undefined : 3_599; // A Date is up to a second old.
    expect(pages.browser.requests.flatMap(eventsOf).map(({ clock_offset }) => clock_offset)).toEqual([
      undefined,
      undefined,
      offset,
    ]);
  });

  test("goes with the time of its page, so that a relay can tell how far that is off", async () => {
    pages.replies = ["lost"];
    const { tracker } = start();
    tracker.track("a");
    await settleDown();
    pages.clock.advance(60_000);
    await settleDown();
    const times = pages.browser.requests.map(({ body }) => (JSON.parse(body) as RelayRequest).sent_at);
    expect(times).toEqual([1_700_000_000, 1_700_000_060]);
  });

  test("is no other tracker's of the page, with the same relay", async () => {
    const { tab, tracker } = start();
    tracker.track("a");
    await settleDown();
    await tracker.close();
    const [{ url } = { url: "" }] = pages.browser.requests;
    const next = tab.run(() => createTracker({ route: relay({ url }), clock: pages.clock }));
    next.track("a");
    await settleDown();
    expect(pages.browser.requests.flatMap(eventsOf).map(({ created_at }) => created_at)).toEqual([
      1_700_000_000, 1_700_000_001,
    ]);
  });

  test.each([
    ["is right, though a reply is read an hour late", 0, 3_600_000, 0],
    ["was right, and is put back a day before a reply is read", 86_400_000, -86_400_000, 0],
    ["is a day ahead, though a reply is read an hour late", 86_400_000, 3_600_000, -86_400_000],
  ])("with a clock that %s", async (_, ahead, passed, expected) => {
    const date = new Date(pages.clock.now()).toUTCString();
    pages.clock.set(pages.clock.now() + ahead);
    let reply = (_: Response) => {};
    vi.spyOn(globalThis, "fetch").mockReturnValueOnce(new Promise((resolve) => (reply = resolve)));
    const { tracker } = start();
    tracker.track("a");
    await settleDown();
    pages.clock.set(pages.clock.now() + passed);
    reply(new Response('{"results":[{"status":"accepted"}]}', { headers: { date } }));
    await settleDown();
    await tracker.track("b");
    const [event] = eventsOf(pages.browser.requests[0] as FakeRequest);
    const moved = (event?.created_at ?? 0) * 1000 - pages.clock.now();
    expect(Math.abs(moved - expected)).toBeLessThan(2_000);
  });

  test.each([50, -50])("goes by the page's clock if that is nearly right, %d s off", async (seconds) => {
    pages.replies = [[200, { results: [{ status: "accepted" }] }, { date: dateAfter(seconds) }]];
    const { tracker } = start();
    await tracker.track("a");
    await tracker.track("b");
    expect(pages.browser.requests.flatMap(eventsOf).map(({ created_at }) => created_at)).toEqual([
      1_700_000_000, 1_700_000_000,
    ]);
  });

  test("is not changed by a store that decides on it after the event was sent", async () => {
    const outbox = memoryPageOutbox(memoryDatabase());
    const { appendApart } = outbox;
    let decide = (): void => undefined;
    outbox.appendApart = async (drafts) => {
      await new Promise<void>((resolve) => {
        decide = resolve;
      });
      return appendApart(drafts.map((draft) => ({ ...draft, second: draft.second + 7 })));
    };
    pages.replies = ["lost"];
    const { tracker } = start({ outbox });
    const receipt = tracker.track("a");
    await settleDown();
    pages.clock.advance(5_000);
    await settleDown();
    decide();
    await settleDown();
    pages.clock.advance(5_000);
    expect(await receipt).toEqual({ status: "accepted", attempts: 2 });
    const [first, ...again] = pages.browser.requests.map(bytesOf);
    expect(again).toEqual([first]);
  });
});
