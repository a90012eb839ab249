import { createEmulator, type Emulator } from "@intercom-events/emulator";
import type { Browser, Page } from "playwright-core";
import { afterAll, afterEach, beforeAll, beforeEach, expect, test } from "vitest";
import { copyExample } from "./copy-example.ts";
import { openChromium } from "./open-chromium.ts";
import { runScript } from "./run-script.ts";
import { serveFolder } from "./serve-folder.ts";

const TOKEN = "token-of-the-examples";

let browser: Browser;
let emulator: Emulator;
let env: Record<string, string>;
let page: Page;
/** What a page has complained of. */
let errors: string[];

beforeAll(async () => {
  browser = await openChromium();
});

afterAll(() => browser?.close());

beforeEach(async () => {
  emulator = createEmulator({ tokens: TOKEN });
  const { url } = await emulator.listen();
  env = { INTERCOM_BASE_URL: url, INTERCOM_ACCESS_TOKEN: TOKEN, PORT: "0" };
  page = await (await browser.newContext()).newPage();
  errors = [];
  page.on("pageerror", ({ message }) => errors.push(message));
  page.on("console", (message) => message.type() !== "log" && errors.push(message.text()));
});

afterEach(async () => {
  await page?.context().close();
  await emulator?.close();
});

test("script-tag: what the page tracks arrives", async () => {
  await using copy = await copyExample("script-tag");
  await using server = runScript(copy.directory, ["npm", "start"], env);
  await page.goto(await server.address());
  await emulator.waitForEvent({ eventName: "viewed-pricing", contact: "314159" });
  await page.click("button");
  await emulator.waitForEvent({ eventName: "chose-plan", contact: "314159", metadata: { plan: "team" } });
  expect(errors).toEqual([]);
});

test("react: what the page tracks arrives, once, and it does not know the token", async () => {
  await using copy = await copyExample("react");
  await using server = runScript(copy.directory, ["npm", "start"], env);
  const scripts: Promise<string>[] = [];
  page.on("response", (response) => scripts.push(response.text()));
  await page.goto(await server.address());
  await emulator.waitForEvent({ eventName: "viewed-tea-pot", contact: "314159" });
  await page.click("button");
  await page.waitForSelector("output:text('accepted')");
  await emulator.waitForEvent({
    eventName: "placed-order",
    contact: "314159",
    metadata: { price: { amount: 34999, currency: "eur" } },
  });
  expect(emulator.events()).toHaveLength(2);
  expect((await Promise.all(scripts)).join()).not.toContain(TOKEN);
  expect(errors).toEqual([]);
});

/** How each bundler makes a program of `page.js`. */
const BUNDLERS = ["esbuild", "rollup", "vite", "webpack"];

for (const bundler of BUNDLERS) {
  test(`bundlers: a page built by ${bundler} tracks over the Messenger and over a relay`, async () => {
    await using copy = await copyExample("bundlers");
    await using build = runScript(copy.directory, ["npm", "run", `build:${bundler}`]);
    const { code, output } = await build.ended;
    expect(code, output).toBe(0);
    await expectBothRoutes(`${copy.directory}/dist/${bundler}`);
  });
}

test("bundlers: the same page with a plain script tag", async () => {
  await using copy = await copyExample("bundlers");
  await expectBothRoutes(copy.directory, "script");
});

/** Opens the page of a folder, beside the emulator's Messenger. */
async function expectBothRoutes(directory: string, kind: "module" | "script" = "module"): Promise<void> {
  await using site = await serveFolder(directory, { baseUrl: env.INTERCOM_BASE_URL, token: TOKEN, kind });
  await page.goto(site.url);
  await emulator.waitForEvent({ eventName: "chose-plan", contact: "relay-user", metadata: { plan: "team" } });
  await emulator.waitForEvent({
    eventName: "viewed-pricing",
    contact: "messenger-user",
    metadata: { plan: "team" },
  });
  expect(emulator.events()).toHaveLength(2);
  expect(errors).toEqual([]);
}
