import { type Browser, type BrowserContext, chromium, type Page } from "playwright-core";
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test, vi } from "vitest";
import { findChromium } from "../../../tools/chromium.ts";
import type * as Library from "../src/index.ts";
import { type Site, startSite, TOKEN } from "./site.ts";

/** What tests leave in a page. */
interface PageGlobals {
  IntercomEvents: typeof Library;
  tracker: Library.Tracker;
  stored: boolean[];
  outcomes: Library.Outcome[];
}

let browser: Browser;
let site: Site;
let contexts: BrowserContext[] = [];

beforeAll(async () => {
  const { executablePath, args } = await findChromium();
  // Tabs that die one by one need processes of their own.
  browser = await chromium.launch({ executablePath, args: args.filter((name) => name !== "--single-process") });
}, 60_000);

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

/** Makes a tracker in a page; what is given is code, as functions cannot go there. */
async function track(
  page: Page,
  options: string,
  events: readonly [name: string, n: number][],
): Promise<void> {
  await page.evaluate(
    ([code, list]) => {
      const page = globalThis as unknown as PageGlobals;
      page.stored ??= [];
      page.outcomes ??= [];
      // The browser's own evaluation is not under the page's policy; `Function` is.
      for (const [name, n] of list) {
        const receipt = page.tracker.track(name, { n });
        receipt.stored.then((stored) => {
          page.stored[n] = stored;
        });
        receipt.then((outcome) => {
          page.outcomes[n] = outcome;
        });
      }
      return code;
    },
    [options, events] as const,
  );
}

type Setup = { url: string; outbox?: boolean; timeout?: number; messenger?: number };

async function createTracker(page: Page, setup: Setup): Promise<void> {
  await page.evaluate(({ url, outbox, timeout = 20_000, messenger }) => {
    const globals = globalThis as unknown as PageGlobals;
    const library = globals.IntercomEvents;
    const relay = library.relay({ url, credentials: "include", timeout });
    globals.tracker = library.createTracker({
      route: messenger === undefined ? relay : library.messenger({ timeout: messenger, fallback: relay }),
      ...(outbox && { outbox: library.indexedDbOutbox() }),
    });
  }, setup);
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
    { outbox: "yes", origin: "url" as const },
    { outbox: "no", origin: "otherUrl" as const },
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
      await expectEachOnce(range(0, 200));
    },
    120_000,
  );
});
