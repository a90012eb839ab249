import { createRequire } from "node:module";
import { createEmulator } from "@intercom-events/emulator";
import { build } from "esbuild";
import { type Browser, chromium, type Page } from "playwright-core";
import { afterAll, beforeAll, expect, test } from "vitest";
import { findChromium } from "../../../tools/chromium.ts";
import type * as Library from "../src/index.ts";
import { buildScript } from "./build-script.ts";

/** What tests find in a page. */
interface PageGlobals {
  readonly IntercomEvents: typeof Library;
  /** Intercom's package. */
  readonly sdk: typeof import("@intercom/messenger-js-sdk");
  tracker: Library.Tracker;
}

const APP = "https://app.example/";

let browser: Browser;
let scripts: string;

beforeAll(async () => {
  const { outputFiles } = await build({
    stdin: {
      contents: `import * as sdk from "${createRequire(import.meta.url).resolve("@intercom/messenger-js-sdk")}"; window.sdk = sdk;`,
      resolveDir: import.meta.dirname,
    },
    bundle: true,
    write: false,
    format: "iife",
  });
  scripts = `<script>${await buildScript()}</script><script>${outputFiles[0]?.text}</script>`;
});

beforeAll(async () => {
  const { executablePath, args } = await findChromium();
  browser = await chromium.launch({ executablePath, args: [...args] });
});
afterAll(() => browser.close());

/** A page of a site that has Intercom's package, unchanged, and an emulator in place of the network. */
async function openPage(): Promise<{ emulator: ReturnType<typeof createEmulator>; page: Page }> {
  const emulator = createEmulator();
  const page = await browser.newPage();
  await page.route("**/*", async (route) => {
    const request = route.request();
    if (request.url() === APP) {
      return route.fulfill({ contentType: "text/html", body: `<!doctype html><title>App</title>${scripts}` });
    }
    const { method, postData, url } = {
      method: request.method(),
      postData: request.postData(),
      url: request.url(),
    };
    const headers = Object.entries(await request.allHeaders()).filter(([name]) => !name.startsWith(":"));
    const reply = await emulator.fetch(
      new Request(url, { method, headers, ...(postData !== null && { body: postData }) }),
    );
    const body = await reply.text();
    await route.fulfill({ status: reply.status, headers: Object.fromEntries(reply.headers), body });
  });
  await page.goto(APP);
  await page.evaluate(() => {
    const globals = globalThis as unknown as PageGlobals;
    globals.tracker = globals.IntercomEvents.createTracker({ route: globals.IntercomEvents.messenger() });
  });
  return { emulator, page };
}

const track = (page: Page, name: string): Promise<void> =>
  page.evaluate((eventName) => {
    (globalThis as unknown as PageGlobals).tracker.track(eventName);
  }, name);

const boot = (page: Page, user: string): Promise<void> =>
  page.evaluate((user_id) => {
    (globalThis as unknown as PageGlobals).sdk.Intercom({ app_id: "abc", user_id });
  }, user);

const flush = (page: Page): Promise<Library.FlushReport> =>
  page.evaluate(() => (globalThis as unknown as PageGlobals).tracker.flush());

test("events wait for @intercom/messenger-js-sdk to load the Messenger, and reach its user once each", async () => {
  const { emulator, page } = await openPage();
  await track(page, "opened");
  await boot(page, "7");
  await track(page, "placed-order");
  expect(await flush(page)).toEqual({ pending: 0 });
  await emulator.waitForEvent({ eventName: "placed-order" });
  expect(emulator.events().map(({ event_name, user_id }) => [event_name, user_id])).toEqual([
    ["opened", "7"],
    ["placed-order", "7"],
  ]);
});

test("what is tracked after a shutdown goes to whom the Messenger boots with next", async () => {
  const { emulator, page } = await openPage();
  await boot(page, "7");
  await track(page, "logged-in");
  expect(await flush(page)).toEqual({ pending: 0 });
  await page.evaluate(() => (globalThis as unknown as PageGlobals).sdk.shutdown());
  await track(page, "looked");
  await boot(page, "8");
  // The package loads the Messenger once; a page that logs in again boots what is there.
  await page.evaluate(() =>
    (globalThis as { Intercom?: (...call: unknown[]) => void }).Intercom?.("boot", {
      app_id: "abc",
      user_id: "8",
    }),
  );
  expect(await flush(page)).toEqual({ pending: 0 });
  await emulator.waitForEvent({ eventName: "looked" });
  expect(emulator.events().map(({ event_name, user_id }) => [event_name, user_id])).toEqual([
    ["logged-in", "7"],
    ["looked", "8"],
  ]);
});
