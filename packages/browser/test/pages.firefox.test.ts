import { type Browser, launch, type Page } from "puppeteer-core";
import { afterAll, afterEach, beforeAll, beforeEach, expect, test, vi } from "vitest";
import { findFirefox, HOW_TO_GET_FIREFOX } from "../../../tools/firefox.ts";
import { descendantsOf, threadsOf } from "../../../tools/processes.ts";
import { expectDyingTabsToLoseNothing } from "./dying-tabs.ts";
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
        const [victim] = pages.splice(which === "oldest" ? 0 : Math.floor(Math.random() * pages.length), 1);
        if (!victim) throw new Error("no tab is left to be killed");
        process.kill(await processOf(victim), "SIGKILL");
      },
    });
    await context.close();
  },
  150_000,
);

/** The process of a tab, which is not told: it gets a worker, and no other has a thread for one. */
async function processOf(page: Page): Promise<number> {
  await page.evaluate(() => void Object.assign(window, { worker: new Worker("/index.global.js") }));
  return vi.waitFor(
    () => {
      const [found, ...others] = descendantsOf(browser.process()?.pid ?? 0).filter(
        // Those that Firefox's fork server has started have all arguments in one.
        ({ pid, command }) => command.at(-1)?.endsWith("tab") && threadsOf(pid).includes("DOM Worker"),
      );
      if (!found || others.length > 0) throw new Error("the tab's process is not known");
      return found.pid;
    },
    { timeout: 20_000 },
  );
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
