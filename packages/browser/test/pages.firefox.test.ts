import { setTimeout } from "node:timers/promises";
import { type Browser, launch, type Page } from "puppeteer-core";
import { afterAll, afterEach, beforeAll, beforeEach, expect, test, vi } from "vitest";
import { findFirefox, HOW_TO_GET_FIREFOX } from "../../../tools/firefox.ts";
import { expectDyingTabsToLoseNothing } from "./dying-tabs.ts";
import { descendantsOf } from "./processes.ts";
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

test.skipIf(executablePath === undefined || process.platform !== "linux")(
  "8 tabs in Firefox track together, some of them are killed, and each event is stored once",
  async () => {
    const context = await browser.createBrowserContext();
    const pages: Page[] = [];
    await expectDyingTabsToLoseNothing(site, {
      async open(url) {
        const page = await context.newPage();
        await page.goto(url);
        pages.push(page);
      },
      async kill(which) {
        const living = await countLiving(pages);
        let processes = descendantsOf(browser.process()?.pid ?? 0)
          .filter(({ command }) => command.at(-1) === "tab")
          .map(({ pid }) => pid);
        if (which === "any") processes = shuffled(processes);
        // Some have no page: which has one is seen by what dies with it.
        for (const pid of processes) {
          process.kill(pid, "SIGKILL");
          for (let look = 0; look < 10; look++) {
            await setTimeout(100);
            if ((await countLiving(pages)) < living) return;
          }
        }
        throw new Error("no tab could be killed");
      },
    });
    await context.close();
  },
  150_000,
);

/** Where a tab has died, Firefox shows a page of its own, at times with the address of the one that died. */
async function countLiving(pages: readonly Page[]): Promise<number> {
  const isLiving = (page: Page) => page.evaluate(() => "IntercomEvents" in window).catch(() => false);
  return (await Promise.all(pages.map(isLiving))).filter(Boolean).length;
}

function shuffled<T>(values: readonly T[]): T[] {
  return values
    .map((value) => ({ value, place: Math.random() }))
    .sort((a, b) => a.place - b.place)
    .map(({ value }) => value);
}

beforeAll(async () => {
  if (!executablePath) return console.log(`Nothing was tested in Firefox: ${HOW_TO_GET_FIREFOX}`);
  // Each of the tabs gets a process of its own.
  const extraPrefsFirefox = { "dom.ipc.processCount": 16 };
  browser = await launch({ browser: "firefox", executablePath, headless: true, extraPrefsFirefox });
});

afterAll(() => browser?.close());

beforeEach(async () => {
  site = await startSite();
});

afterEach(() => site[Symbol.asyncDispose]());
