import { stripVTControlCharacters } from "node:util";
import { type Browser, chromium, type Page } from "playwright-core";
import { findChromium } from "../chromium.ts";
import type { DemoWindow, PageReport } from "./page.ts";
import type { RuntimeReport } from "./send-events.ts";
import { servePage } from "./serve-page.ts";

const LAUNCH_TIMEOUT = 20_000;
const PAGE_TIMEOUT = 20_000;

/**
 * Opens a page with the Messenger in a real Chromium, and waits until its events have ended and
 * `haveArrived` says that the emulator has what was handed to the Messenger, which tells the page nothing.
 */
export async function sendFromPage(
  emulatorUrl: string,
  haveArrived: (count: number) => boolean,
): Promise<PageReport & RuntimeReport> {
  await using server = await servePage(emulatorUrl);
  const browser = await launch();
  try {
    const page = await browser.newPage();
    const strangers = await keepAtHome(page, [server.url, emulatorUrl]);
    const report = await readReport(page, server.url);
    const accepted = report.sent.filter(({ outcome }) => outcome === "accepted").length;
    await waitUntil(() => haveArrived(accepted), 5_000);
    if (strangers.length > 0) throw new Error(`The page asked for ${strangers.join(", ")}`);
    return { ...report, version: browser.version() };
  } finally {
    await closeBrowser(browser);
  }
}

async function launch(): Promise<Browser> {
  const { executablePath, args } = await findChromium();
  try {
    return await chromium.launch({ executablePath, args: [...args], timeout: LAUNCH_TIMEOUT });
  } catch (error) {
    throw new Error(`${executablePath} does not start: ${launchFailure(String(error))}`);
  }
}

/** What failed and what the browser said, such as a missing library, without the log of the launch. */
function launchFailure(log: string): string {
  const [first = "", ...rest] = stripVTControlCharacters(log).split("\n");
  const said = rest.filter((line) => line.trimStart().startsWith("[pid=") && line.includes("[err]"));
  return [first, ...new Set(said)].join("\n");
}

/** Refuses requests to other origins, and answers the list of their addresses, which grows. */
async function keepAtHome(page: Page, origins: readonly string[]): Promise<readonly string[]> {
  const strangers: string[] = [];
  await page.route(
    (url) => !origins.includes(url.origin),
    (route) => {
      strangers.push(route.request().url());
      return route.abort();
    },
  );
  return strangers;
}

async function readReport(page: Page, url: string): Promise<PageReport> {
  const errors: string[] = [];
  page.on("pageerror", (error) => errors.push(error.message));
  page.on("console", (message) => {
    if (message.type() === "error" || message.type() === "warning") errors.push(message.text());
  });
  try {
    await page.goto(url, { timeout: PAGE_TIMEOUT });
    await page.waitForFunction(() => (window as DemoWindow).demo !== undefined, undefined, {
      timeout: PAGE_TIMEOUT,
    });
    const report = await within(
      page.evaluate(() => (window as DemoWindow).demo),
      PAGE_TIMEOUT,
    );
    if (!report) throw new Error("there is no report");
    return report;
  } catch (error) {
    throw new Error(["The page did not say how its events ended", String(error), ...errors].join("\n"));
  }
}

async function within<T>(work: Promise<T>, timeout: number): Promise<T> {
  const { promise, reject } = Promise.withResolvers<never>();
  const timer = setTimeout(() => reject(new Error(`no answer within ${timeout / 1000} s`)), timeout);
  try {
    return await Promise.race([work, promise]);
  } finally {
    clearTimeout(timer);
  }
}

/** Waits for something or the time to be over; the comparison says what is missing. */
async function waitUntil(isTrue: () => boolean, timeout: number): Promise<void> {
  const end = Date.now() + timeout;
  while (!isTrue() && Date.now() < end) await new Promise((resolve) => setTimeout(resolve, 20));
}

/** One that does not close in time is ended when this process ends. */
async function closeBrowser(browser: Browser): Promise<void> {
  await within(browser.close(), 5_000).catch(() => undefined);
}
