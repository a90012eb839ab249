import { type Browser, type BrowserContext, chromium, type Page } from "playwright-core";
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test, vi } from "vitest";
import { findChromium } from "../../../tools/chromium.ts";
import type * as Library from "../src/index.ts";
import type { Outcome } from "../src/index.ts";
import { expectDyingTabsToLoseNothing } from "./dying-tabs.ts";
import { type Site, startSite, TOKEN } from "./site.ts";

/** What tests leave in a page. */
interface PageGlobals {
  IntercomEvents: typeof Library;
  tracker: Library.Tracker;
  stored: Record<number, boolean>;
  outcomes: Record<number, Outcome>;
}

let browser: Browser;
let site: Site;
let contexts: BrowserContext[] = [];

beforeAll(async () => {
  const { executablePath, args } = await findChromium();
  browser = await chromium.launch({ executablePath, args: [...args] });
});

afterAll(() => browser.close());

beforeEach(async () => {
  site = await startSite();
});

afterEach(async () => {
  for (const context of contexts) await context.close();
  contexts = [];
  await site[Symbol.asyncDispose]();
});

/** A visitor: an own store of cookies and databases. */
async function visit(user: string): Promise<BrowserContext> {
  const context = await browser.newContext();
  contexts.push(context);
  await context.addCookies([{ name: "user", value: user, url: site.url }]);
  return context;
}

async function open(context: BrowserContext, url = site.url): Promise<{ page: Page; errors: string[] }> {
  const page = await context.newPage();
  const errors: string[] = [];
  page.on("pageerror", (error) => errors.push(error.message));
  page.on("console", (message) => {
    if (message.type() === "error" || message.type() === "warning") errors.push(message.text());
  });
  await page.goto(url);
  return { page, errors };
}

interface Setup {
  /** Where the relay is. */
  readonly url: string;
  readonly outbox?: boolean;
  /** Milliseconds to wait for the Messenger, before the relay is the fallback. */
  readonly messenger?: number;
}

/** Makes a tracker in a page. */
async function createTracker(page: Page, setup: Setup): Promise<void> {
  await page.evaluate(({ url, outbox, messenger }) => {
    const globals = globalThis as unknown as PageGlobals;
    const library = globals.IntercomEvents;
    const relay = library.relay({ url, credentials: "include", retry: { maxDelay: 2_000 } });
    globals.tracker = library.createTracker({
      route: messenger === undefined ? relay : library.messenger({ timeout: messenger, fallback: relay }),
      ...(outbox && { outbox: library.indexedDbOutbox() }),
    });
    globals.stored = {};
    globals.outcomes = {};
  }, setup);
}

/** Tracks events in a page: their names, and the numbers they are told apart by. */
async function track(page: Page, events: readonly (readonly [name: string, n: number])[]): Promise<void> {
  await page.evaluate((list) => {
    const { tracker, stored, outcomes } = globalThis as unknown as PageGlobals;
    for (const [name, n] of list) {
      const receipt = tracker.track(name, { n });
      receipt.stored.then((isStored) => {
        stored[n] = isStored;
      });
      receipt.then((outcome) => {
        outcomes[n] = outcome;
      });
    }
  }, events);
}

/** Waits until a number of events have an outcome. */
async function outcomesOf(page: Page, count: number): Promise<Record<number, Outcome>> {
  await page.waitForFunction(
    (least) => Object.keys((globalThis as unknown as PageGlobals).outcomes).length >= least,
    count,
    { timeout: 45_000 },
  );
  return page.evaluate(() => (globalThis as unknown as PageGlobals).outcomes);
}

function storedIn(page: Page): Promise<Record<number, boolean>> {
  return page.evaluate(() => (globalThis as unknown as PageGlobals).stored);
}

/** How often each event is stored at Intercom, by its number. */
async function arrivals(): Promise<Map<number, number>> {
  await site.flush();
  const counts = new Map<number, number>();
  for (const { metadata } of site.emulator.events()) {
    const n = Number(metadata?.n);
    counts.set(n, (counts.get(n) ?? 0) + 1);
  }
  return counts;
}

async function waitForArrivals(numbers: readonly number[], timeout = 45_000): Promise<void> {
  await vi.waitFor(
    async () => {
      const there = await arrivals();
      expect(numbers.filter((n) => !there.has(n))).toEqual([]);
    },
    { timeout, interval: 250 },
  );
}

async function expectEachOnce(numbers: readonly number[], timeout?: number): Promise<void> {
  await waitForArrivals(numbers, timeout);
  expect([...(await arrivals())].filter(([, count]) => count !== 1)).toEqual([]);
}

function range(from: number, to: number): number[] {
  return Array.from({ length: to - from }, (_, index) => from + index);
}

describe("200 page loads that track and navigate away at once lose nothing", () => {
  test.each([
    { outbox: "no", origin: "url" as const },
    { outbox: "yes", origin: "otherUrl" as const },
  ])(
    "outbox: $outbox, pages of: $origin",
    async ({ outbox, origin }) => {
      const visitors = 4;
      const step = 200 / visitors;
      await Promise.all(
        range(0, visitors).map(async (index) => {
          const context = await visit(`visitor-${index}`);
          const page = await context.newPage();
          const query = new URLSearchParams({
            n: String(index * step),
            last: String((index + 1) * step),
            step: String(step),
            outbox,
            relay: site.relayUrl,
          });
          await page.goto(`${site[origin]}/loads?${query}`, { waitUntil: "commit" });
          await page.waitForURL("**/done?*", { timeout: 50_000 });
          // What is left in the store is delivered by the next page.
          if (outbox === "yes") await createTracker(page, { url: site.relayUrl, outbox: true });
        }),
      );
      await expectEachOnce([...range(0, 200), ...range(1_000, 1_200)]);
    },
    120_000,
  );
});

test("8 tabs track together, some of them die, and each event is stored once", async () => {
  const context = await visit("visitor");
  const pages: Page[] = [];
  await expectDyingTabsToLoseNothing(site, {
    async open(url) {
      pages.push((await open(context, url)).page);
    },
    async kill(which) {
      const [victim] = pages.splice(which === "oldest" ? 0 : Math.floor(Math.random() * pages.length), 1);
      await crash(victim as Page);
    },
  });
}, 150_000);

test("the network is away for a while", async () => {
  const context = await visit("visitor");
  const { page } = await open(context);
  await createTracker(page, { url: site.relayUrl, outbox: true });
  await context.setOffline(true);
  await track(
    page,
    range(0, 20).map((n) => ["offline", n] as const),
  );
  await page.waitForFunction(() => Object.keys((globalThis as unknown as PageGlobals).stored).length === 20);
  // A page that is opened meanwhile could not load; one that is closed leaves its events to this one.
  const other = await openFromCache(context);
  await createTracker(other, { url: site.relayUrl, outbox: true });
  await page.close();
  expect(site.emulator.events()).toEqual([]);
  await context.setOffline(false);
  await expectEachOnce(range(0, 20));
});

test("the disk is full: events are sent from memory, and it is said once", async () => {
  const context = await visit("visitor");
  const { page, errors } = await open(context);
  const session = await context.newCDPSession(page);
  await session.send("Storage.overrideQuotaForOrigin", { origin: site.url, quotaSize: 1 });
  await createTracker(page, { url: site.relayUrl, outbox: true });
  await track(
    page,
    range(0, 5).map((n) => ["full", n] as const),
  );
  await track(
    page,
    range(5, 10).map((n) => ["full", n] as const),
  );
  const outcomes = await outcomesOf(page, 10);
  expect(Object.values(outcomes).map(({ status }) => status)).toEqual(Array(10).fill("accepted"));
  expect(Object.values(await storedIn(page))).toEqual(Array(10).fill(false));
  await expectEachOnce(range(0, 10));
  expect(errors.filter((text) => text.includes("outbox does not work"))).toHaveLength(1);
});

test("a blocked Messenger: events take the fallback, once, at the second they were tracked", async () => {
  const context = await visit("visitor");
  const { page } = await open(context);
  await createTracker(page, { url: site.relayUrl, messenger: 1_500 });
  const before = Math.floor(Date.now() / 1000);
  await track(page, [
    ["blocked", 0],
    ["blocked-too", 1],
  ]);
  const after = Math.floor(Date.now() / 1000);
  await outcomesOf(page, 2);
  await expectEachOnce([0, 1]);
  for (const { created_at } of site.emulator.events()) {
    expect(created_at).toBeGreaterThanOrEqual(before);
    expect(created_at).toBeLessThanOrEqual(after);
  }
  // As the page goes there is no time left to wait for the Messenger.
  await createTracker(page, { url: site.relayUrl, messenger: 60_000 });
  await track(page, [["leaving", 2]]);
  await page.goto("about:blank");
  await expectEachOnce([0, 1, 2]);
});

test("a page two days ahead that tracks and goes at once: its event is stored, and not in the future", async () => {
  const context = await visit("visitor");
  await context.addInitScript(() => {
    const { now } = Date;
    Date.now = () => now() + 2 * 86_400_000;
  });
  const { page } = await open(context);
  const before = Math.floor(Date.now() / 1000);
  await createTracker(page, { url: site.relayUrl });
  await track(page, [["early", 0]]);
  await page.goto("about:blank");
  await expectEachOnce([0]);
  const [{ created_at } = { created_at: 0 }] = site.emulator.events();
  expect(created_at).toBeGreaterThan(before - 302);
  expect(created_at).toBeLessThanOrEqual(Math.floor(Date.now() / 1000));
});

test("what an earlier page has stored is delivered by the next", async () => {
  const context = await visit("visitor");
  const { page } = await open(context);
  site.disturb = (request) => void request.destroy() === undefined;
  await createTracker(page, { url: site.relayUrl, outbox: true });
  await track(
    page,
    range(0, 10).map((n) => ["kept", n] as const),
  );
  await page.waitForFunction(() => Object.keys((globalThis as unknown as PageGlobals).stored).length === 10);
  await crash(page);
  site.disturb = () => false;
  const next = await open(context);
  await createTracker(next.page, { url: site.relayUrl, outbox: true });
  await expectEachOnce(range(0, 10));
}, 90_000);

test.each([false, true])(
  "a frame that is removed right after it has tracked loses nothing (outbox: %s)",
  async (outbox) => {
    const context = await visit("visitor");
    const { page } = await open(context);
    await page.evaluate(async (hasOutbox) => {
      const frame = Object.assign(document.createElement("iframe"), { src: "/" });
      document.body.append(frame);
      await new Promise((resolve) => frame.addEventListener("load", resolve));
      const { IntercomEvents } = frame.contentWindow as unknown as PageGlobals;
      const tracker = IntercomEvents.createTracker({
        route: IntercomEvents.relay({ url: "/intercom/events" }),
        ...(hasOutbox && { outbox: IntercomEvents.indexedDbOutbox() }),
      });
      tracker.track("removed", { n: 0 });
      tracker.track("removed-too", { n: 1 });
      frame.remove();
    }, outbox);
    await expectEachOnce([0, 1]);
  },
);

test("window.stop() ends requests, and no events", async () => {
  const context = await visit("visitor");
  const { page } = await open(context);
  site.disturb = () => vi.waitUntil(() => stopped).then(() => false);
  let stopped = false;
  await createTracker(page, { url: site.relayUrl });
  const asked = page.waitForRequest("**/intercom/events");
  await track(page, [["stopped", 0]]);
  await asked;
  await page.evaluate(() => window.stop());
  stopped = true;
  expect(await outcomesOf(page, 1)).toMatchObject({ 0: { status: "accepted", attempts: 2 } });
  await expectEachOnce([0]);
});

test("a tab with a newer release upgrades the store: what it holds of other tabs is delivered by them", async () => {
  const context = await visit("visitor");
  const { page } = await open(context);
  site.disturb = (_request, response) => void response.writeHead(503).end() === undefined;
  await createTracker(page, { url: site.relayUrl, outbox: true });
  await track(page, [["before", 0]]);
  await page.waitForFunction(() => (globalThis as unknown as PageGlobals).stored[0]);
  const newer = await open(context);
  await newer.page.evaluate(
    () =>
      new Promise((resolve, reject) => {
        const request = indexedDB.open("intercom-events", 2);
        request.onsuccess = resolve;
        request.onerror = reject;
      }),
  );
  await track(page, [["after", 1]]);
  site.disturb = () => false;
  await expectEachOnce([0, 1]);
  expect(await storedIn(page)).toEqual({ 0: true, 1: false });
}, 60_000);

test("opting out deletes what is stored", async () => {
  const context = await visit("visitor");
  const { page } = await open(context);
  await context.setOffline(true);
  await createTracker(page, { url: site.relayUrl, outbox: true });
  await track(page, [["unwanted", 0]]);
  await page.waitForFunction(() => (globalThis as unknown as PageGlobals).stored[0]);
  await page.evaluate(() => (globalThis as unknown as PageGlobals).tracker.optOut());
  expect(await outcomesOf(page, 1)).toEqual({ 0: { status: "dropped", reason: "opted_out" } });
  await vi.waitFor(async () => expect(await databasesOf(page)).not.toContain("unwanted"), {
    timeout: 20_000,
  });
  await context.setOffline(false);
});

test("the policy default-src 'self' is kept, and the server's token is nowhere in the page", async () => {
  const context = await visit("visitor");
  const { page, errors } = await open(context);
  await createTracker(page, { url: site.relayUrl, outbox: true });
  await track(page, [["clean", 0]]);
  await outcomesOf(page, 1);
  await context.setOffline(true);
  await track(page, [["left-in-store", 1]]);
  await page.waitForFunction(() => (globalThis as unknown as PageGlobals).stored[1]);
  const database = await databasesOf(page);
  expect(database).toContain("left-in-store");
  const storage = await page.evaluate(() => JSON.stringify([{ ...localStorage }, { ...sessionStorage }]));
  for (const text of [database, storage, site.script, await page.content()])
    expect(text).not.toContain(TOKEN);
  expect(errors).toEqual([]);
  await context.setOffline(false);
});

/** Everything in the databases of the page's origin, as text. */
function databasesOf(page: Page): Promise<string> {
  return page.evaluate(async () => {
    const answer = <T>(request: IDBRequest<T>) =>
      new Promise<T>((resolve, reject) => {
        request.onsuccess = () => resolve(request.result);
        request.onerror = () => reject(request.error);
      });
    const found: unknown[] = [];
    for (const { name = "" } of await indexedDB.databases()) {
      const database = await answer(indexedDB.open(name));
      for (const store of database.objectStoreNames) {
        const objects = database.transaction(store).objectStore(store);
        found.push(name, store, await answer(objects.getAll()), await answer(objects.getAllKeys()));
      }
      database.close();
    }
    return JSON.stringify(found);
  });
}

/** Opens a page of the site without its server. */
async function openFromCache(context: BrowserContext): Promise<Page> {
  const page = await context.newPage();
  await page.route(`${site.url}/**`, (route) =>
    route.request().url().endsWith(".js")
      ? route.fulfill({ contentType: "text/javascript", body: site.script })
      : route.fulfill({
          contentType: "text/html",
          body: '<!doctype html><script src="/index.global.js"></script>',
        }),
  );
  await page.goto(site.url);
  await page.unroute(`${site.url}/**`);
  return page;
}

/** Ends the process of a tab. */
async function crash(page: Page): Promise<void> {
  const crashed = new Promise((resolve) => page.once("crash", resolve));
  const session = await page.context().newCDPSession(page);
  session.send("Page.crash").catch(() => undefined);
  await crashed;
}
