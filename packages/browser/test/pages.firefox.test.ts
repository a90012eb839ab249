import { type Browser, launch } from "puppeteer-core";
import { afterAll, beforeAll, expect, test, vi } from "vitest";
import { findFirefox, HOW_TO_GET_FIREFOX } from "../../../tools/firefox.ts";
import { type Site, startSite } from "./site.ts";

const executablePath = findFirefox();
const LOADS = 60;

let browser: Browser;
let site: Site;

test.skipIf(executablePath === undefined).each([
  { outbox: "no", origin: "url" as const },
  { outbox: "yes", origin: "otherUrl" as const },
])(
  `${LOADS} page loads in Firefox that track and navigate away at once lose nothing: %j`,
  async ({ outbox, origin }) => {
    const context = await browser.createBrowserContext();
    const page = await context.newPage();
    const first = outbox === "yes" ? 2_000 : 0;
    const query = new URLSearchParams({
      n: String(first),
      last: String(first + LOADS),
      step: String(LOADS),
      outbox,
      user: `visitor-${outbox}`,
      relay: site.relayUrl,
    });
    await page.goto(`${site[origin]}/loads?${query}`).catch(() => undefined);
    await vi.waitFor(() => expect(page.url()).toContain("/done"), { timeout: 40_000, interval: 100 });
    const expected = Array.from({ length: LOADS }, (_, index) => [
      first + index,
      first + index + 1_000,
    ]).flat();
    await vi.waitFor(
      async () => {
        await site.flush();
        const arrived = site.emulator.events().map(({ metadata }) => Number(metadata?.n));
        expect(expected.filter((n) => arrived.filter((other) => other === n).length !== 1)).toEqual([]);
      },
      { timeout: 40_000, interval: 250 },
    );
    await context.close();
  },
  120_000,
);

beforeAll(async () => {
  if (!executablePath) return console.log(`Nothing was tested in Firefox: ${HOW_TO_GET_FIREFOX}`);
  site = await startSite();
  browser = await launch({ browser: "firefox", executablePath, headless: true });
}, 60_000);

afterAll(async () => {
  await browser?.close();
  await site?.[Symbol.asyncDispose]();
});
