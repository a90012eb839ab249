import { afterEach, beforeEach, describe, expect, inject, test, vi } from "vitest";
import { commands } from "vitest/browser";
import { createTracker, messenger, monetaryAmount } from "./index.ts";

type Intercom = ((...call: unknown[]) => unknown) & { booted?: boolean; q?: ArrayLike<unknown>[] };

interface Page {
  Intercom?: Intercom | undefined;
  intercomSettings?: object | undefined;
  IntercomEvents?: typeof import("./index.ts") | undefined;
}

const page = window as Page;
const emulator = inject("emulator");

beforeEach(() => {
  page.Intercom = undefined;
  page.intercomSettings = undefined;
});

afterEach(async () => {
  page.Intercom?.("shutdown");
  vi.restoreAllMocks();
  await commands.askEmulator(emulator, "DELETE", "state");
});

/** The stub of the classic snippet, before its script has loaded. */
function classicStub(): Intercom {
  const stub = Object.assign(
    function () {
      // biome-ignore lint/complexity/noArguments: the queue's entries are `arguments` objects, as in the snippet.
      stub.c(arguments);
    },
    { q: [] as ArrayLike<unknown>[], c: (call: ArrayLike<unknown>) => void stub.q.push(call) },
  );
  page.Intercom = stub;
  return stub;
}

/** Loads a script as the snippet does: asynchronously. */
function loadScript(src: string): Promise<void> {
  return new Promise((resolve, reject) => {
    const script = document.createElement("script");
    script.async = true;
    script.src = src;
    script.onload = () => resolve();
    script.onerror = () => reject(new Error(`Cannot load ${src}`));
    document.head.append(script);
  });
}

function loadText(code: string): Promise<void> {
  return loadScript(URL.createObjectURL(new Blob([code], { type: "text/javascript" })));
}

/** A Messenger that keeps what it is given in `window.Intercom.got`, and throws when it is not booted. */
const TINY_MESSENGER = `
  (() => {
    const stub = window.Intercom;
    const got = [];
    const intercom = Object.assign((...call) => {
      const [method] = call;
      if (method === "boot") intercom.booted = true;
      else if (method === "shutdown") intercom.booted = false;
      else if (!intercom.booted) throw new TypeError("Cannot read property 'appId' of null");
      else got.push(call);
    }, { booted: false, got });
    window.Intercom = intercom;
    for (const call of stub?.q ?? []) intercom(...call);
  })();
`;

describe("with a Messenger of the test", () => {
  const got = () => (page.Intercom as Intercom & { got: unknown[][] }).got.map((call) => call[1]);

  test("events wait for the script and for the boot, and come in order", async () => {
    const stub = classicStub();
    const tracker = createTracker({ route: messenger() });
    const receipts = [tracker.track("a"), tracker.track("b")];
    await new Promise((resolve) => setTimeout(resolve, 300));
    expect(stub.q).toEqual([]);
    await loadText(TINY_MESSENGER);
    receipts.push(tracker.track("c"));
    await new Promise((resolve) => setTimeout(resolve, 300));
    expect(got()).toEqual([]);
    page.Intercom?.("boot", { app_id: "abc123" });
    expect((await Promise.all(receipts)).map(({ status }) => status)).toEqual(Array(3).fill("accepted"));
    expect(got()).toEqual(["a", "b", "c"]);
  });

  test("events after a shutdown wait for the next boot; a second script changes nothing", async () => {
    classicStub()("boot", { app_id: "abc123" });
    await loadText(TINY_MESSENGER);
    const tracker = createTracker({ route: messenger() });
    expect(await tracker.track("a")).toMatchObject({ status: "accepted" });
    page.Intercom?.("shutdown");
    const waiting = tracker.track("b");
    await loadText(TINY_MESSENGER);
    page.Intercom?.("boot", { app_id: "abc123" });
    expect(await waiting).toMatchObject({ status: "accepted" });
    expect(got()).toEqual(["b"]);
  });

  test("events expire when the Messenger is blocked", async () => {
    const warn = vi.spyOn(console, "warn").mockImplementation(() => undefined);
    classicStub();
    await expect(loadScript(`${emulator}/no-such-script`)).rejects.toThrow("Cannot load");
    const tracker = createTracker({ route: messenger({ timeout: 200 }) });
    expect(await Promise.all([tracker.track("a"), tracker.track("b")])).toEqual(
      Array(2).fill({ status: "dropped", reason: "expired" }),
    );
    expect(warn).toHaveBeenCalledTimes(1);
  });

  test("what waits goes out when the page is hidden", async () => {
    classicStub();
    await loadText(TINY_MESSENGER);
    const tracker = createTracker({ route: messenger() });
    tracker.track("a");
    page.Intercom?.("boot", { app_id: "abc123" });
    document.dispatchEvent(new Event("visibilitychange", { bubbles: true }));
    expect(got()).toEqual(["a"]);
  });
});

describe("with the emulator's Messenger, over HTTP", () => {
  interface Stored {
    readonly event_name: string;
    readonly metadata?: unknown;
    readonly user_id?: string;
  }

  async function stored(count: number): Promise<Stored[]> {
    let events: Stored[] = [];
    await vi.waitFor(
      async () => {
        events = (await commands.askEmulator(emulator, "GET", "events")) as Stored[];
        expect(events).toHaveLength(count);
      },
      { timeout: 20_000 }, // The Messenger has the event, and its request may take long on a busy machine.
    );
    return events;
  }

  test("events tracked before the script loads reach the user it boots with", async () => {
    classicStub();
    page.intercomSettings = { app_id: "abc123", user_id: "314159" };
    const tracker = createTracker({ route: messenger() });
    const receipt = tracker.track("placed-order", {
      order_date: new Date(1_671_028_894_000),
      price: monetaryAmount.fromDecimal("349.99", "EUR"),
      article: { url: "https://example.org/ü?q=1&r=2", value: "Tee & Küche" },
    });
    await loadScript(`${emulator}/widget/abc123`);
    expect(await receipt).toEqual({ status: "accepted", attempts: 1 });
    expect(await stored(1)).toMatchObject([
      {
        event_name: "placed-order",
        user_id: "314159",
        metadata: {
          order_date: 1_671_028_894,
          price: { amount: 34_999, currency: "eur" },
          article: { url: "https://example.org/ü?q=1&r=2", value: "Tee & Küche" },
        },
      },
    ]);
  });

  test("events of a visitor who is not logged in reach the visitor, once each", async () => {
    classicStub();
    await loadScript(`${emulator}/widget/abc123`);
    const tracker = createTracker({ route: messenger() });
    for (let i = 0; i < 20; i++) tracker.track(`event-${i}`);
    page.Intercom?.("boot", { app_id: "abc123" });
    const visitor = page.Intercom?.("getVisitorId");
    expect(await tracker.flush()).toEqual({ pending: 0 });
    const events = await stored(20);
    expect(new Set(events.map(({ event_name }) => event_name)).size).toBe(20);
    expect(new Set(events.map(({ user_id }) => user_id))).toEqual(new Set([visitor]));
  });
});

test("the build for a <script> tag sets one global and tracks", async () => {
  const before = new Set(Reflect.ownKeys(window));
  await loadText(inject("script"));
  expect(Reflect.ownKeys(window).filter((key) => !before.has(key))).toEqual(["IntercomEvents"]);
  const { IntercomEvents } = page;
  if (!IntercomEvents) throw new Error("there is no global");
  expect(Object.keys(IntercomEvents).sort()).toEqual([
    "createTracker",
    "indexedDbOutbox",
    "messenger",
    "monetaryAmount",
    "relay",
    "richLink",
  ]);
  const calls: unknown[][] = [];
  page.Intercom = Object.assign((...call: unknown[]) => void calls.push(call), { booted: true });
  const tracker = IntercomEvents.createTracker({ route: IntercomEvents.messenger() });
  await tracker.track("a", { price: IntercomEvents.monetaryAmount.fromDecimal("1.50", "eur") });
  expect(calls).toEqual([["trackEvent", "a", { price: { amount: 150, currency: "eur" } }]]);
});
