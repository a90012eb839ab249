import { describe, expect, test, vi } from "vitest";
import { settleDown } from "../test/fake-tabs.ts";
import { ACCEPTED, eventsOf, relayPages } from "../test/relay-pages.ts";

const pages = relayPages();
const { sent, start } = pages;

describe("an identity", () => {
  test("that never comes is an attempt that failed", async () => {
    const identity = vi.fn(async () => "signed");
    identity.mockReturnValueOnce(new Promise(() => {}));
    const { tracker } = start({ relay: { identity, timeout: 3_000 } });
    const receipt = tracker.track("a");
    await settleDown();
    pages.clock.advance(3_000);
    await settleDown();
    pages.clock.advance(500);
    expect(await receipt).toEqual({ status: "accepted", attempts: 2 });
  });

  test.each<[string, (token: string) => string | Promise<string>]>([
    ["a text", (token) => token],
    ["a promise", async (token) => token],
  ])("that is at hand as the page goes, as %s, is asked for anew", async (_, give) => {
    let valid = "first";
    const { tab, tracker } = start({ relay: { identity: () => give(valid) } });
    await tracker.track("a");
    pages.replies = ["lost"];
    tracker.track("b");
    await settleDown();
    valid = "second";
    tab.dispatch("pagehide");
    await settleDown();
    const identities = pages.browser.requests.map(({ body }) => JSON.parse(body).identity);
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
      await settleDown(1);
      if (fails) throw new Error("no session");
      return "signed";
    };
    const { tab, tracker } = start({ relay: { identity } });
    await tracker.track("a");
    pages.replies = ["lost"];
    tracker.track("b");
    await settleDown();
    fails = true;
    tab.dispatch("pagehide");
    await settleDown();
    process.off("unhandledRejection", unhandled);
    expect(sent()).toEqual([["a"], ["b"], ["b"]]);
    expect(unhandled.mock.calls).toEqual([]);
  });

  test("that is refused at once as the page goes is not taken for the last one", async () => {
    const identity = vi.fn(async () => "signed");
    const { tab, tracker } = start({ relay: { identity } });
    await tracker.track("a");
    pages.replies = ["lost"];
    tracker.track("b");
    await settleDown();
    identity.mockRejectedValueOnce(new Error("no session"));
    tab.dispatch("pagehide");
    await settleDown();
    expect(sent()).toEqual([["a"], ["b"]]);
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
      pages.browser.requests.map((request) => [JSON.parse(request.body).identity, ...eventsOf(request)]),
    ).toEqual([
      ["alice", expect.objectContaining({ event_name: "a" })],
      ["bob", expect.objectContaining({ event_name: "c" })],
    ]);
  });

  test("that has run out as the page is hidden ends no event: a fresh one is asked for", async () => {
    let valid = "first";
    const identity = () => settleDown(1).then(() => valid);
    const { tab, tracker } = start({ relay: { identity } });
    await tracker.track("a");
    pages.replies = ["lost", [401, { error: { code: "unauthorized", message: "" } }]];
    const receipt = tracker.track("b");
    await settleDown();
    valid = "second";
    pages.browser.setVisible(false);
    tab.dispatch("visibilitychange");
    pages.browser.setVisible(true);
    for (let second = 0; second < 5; second++) {
      await settleDown(4);
      pages.clock.advance(1_000);
    }
    expect(await receipt).toEqual({ status: "accepted", attempts: 3 });
    expect(pages.browser.requests.map(({ body }) => JSON.parse(body).identity)).toEqual([
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
    expect(pages.browser.requests.map(({ body }) => JSON.parse(body).identity)).toEqual(["signed", "signed"]);
    expect(sent()).toEqual([["a"], ["b"]]);
  });
});
