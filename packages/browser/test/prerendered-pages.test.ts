import { setTimeout as sleep } from "node:timers/promises";
import { type Browser, launch, type Page } from "puppeteer-core";
import { afterAll, afterEach, beforeAll, beforeEach, expect, test, vi } from "vitest";
import { findChromium } from "../../../tools/chromium.ts";
import { type Site, startSite } from "./site.ts";

let browser: Browser;
let site: Site;
/** Tabs of the site that have said they are there. */
let present: Set<number>;

beforeAll(async () => {
  const { executablePath, args } = await findChromium();
  // Playwright's pages are not prerendered.
  browser = await launch({ executablePath, args: [...args], headless: true });
});

afterAll(() => browser.close());

beforeEach(async () => {
  site = await startSite();
  present = new Set();
  site.onReport = ({ tab }) => present.add(tab).size > 0;
});

afterEach(() => site[Symbol.asyncDispose]());

/** Opens a page that has the browser prerender a tab which tracks; whether it did. */
async function prerender(tab: number): Promise<{ page: Page; url: string; isPrerendered: boolean }> {
  const url = `${site.url}/tabs?user=visitor&tab=${tab}`;
  const context = await browser.createBrowserContext();
  const page = await context.newPage();
  await page.setBypassCSP(true);
  await page.goto(site.url);
  await page.evaluate((address) => {
    const rules = { prerender: [{ urls: [address], eagerness: "immediate" }] };
    const script = Object.assign(document.createElement("script"), {
      type: "speculationrules",
      textContent: JSON.stringify(rules),
    });
    document.head.append(script);
  }, url);
  const isPrerendered = await vi.waitUntil(() => present.has(tab), { timeout: 5_000 }).catch(() => false);
  // Time enough for its first events to arrive, if it were to send them.
  await sleep(1_500);
  return { page, url, isPrerendered };
}

async function arrived(): Promise<number[]> {
  await site.flush();
  return site.emulator.events().map(({ metadata }) => Number(metadata?.n));
}

function expectAllOf(tab: number): Promise<void> {
  const all = Array.from({ length: 21 }, (_, n) => tab * 100 + n);
  return vi.waitFor(async () => expect((await arrived()).sort((a, b) => a - b)).toEqual(all), {
    timeout: 20_000,
    interval: 250,
  });
}

test("what a prerendered page tracks is sent once it is shown", async ({ skip }) => {
  const { page, url, isPrerendered } = await prerender(1);
  if (!isPrerendered) skip("this Chromium prerenders nothing");
  expect(await arrived()).toEqual([]);
  await page.evaluate((address) => void Object.assign(location, { href: address }), url);
  await expectAllOf(1);
  await page.browserContext().close();
}, 60_000);

test("what a page tracks that is prerendered and never shown is not sent, nor left to the next page", async ({
  skip,
}) => {
  const { page, isPrerendered } = await prerender(1);
  if (!isPrerendered) skip("this Chromium prerenders nothing");
  await page.goto(`${site.url}/tabs?user=visitor&tab=2`);
  await expectAllOf(2);
  await page.browserContext().close();
}, 60_000);
