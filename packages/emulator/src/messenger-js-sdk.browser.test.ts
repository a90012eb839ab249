/**
 * Intercom's own npm package, unchanged, in a real Chromium. It loads the Messenger from Intercom's
 * host; whatever the page asks of the network is answered by the emulator, and nothing leaves.
 */
import { createRequire } from "node:module";
import { build } from "esbuild";
import { type Browser, chromium, type Page } from "playwright-core";
import { afterAll, beforeAll, expect, test } from "vitest";
import { findChromium } from "../../../tools/chromium.ts";
import { createEmulator } from "./index.ts";

let browser: Browser;
let script: string;

beforeAll(async () => {
  const { executablePath, args } = await findChromium();
  browser = await chromium.launch({ executablePath, args: [...args] });
});
afterAll(() => browser?.close());

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
  script = outputFiles[0]?.text ?? "";
});

const app = "https://app.example/";

/** A page of a site that has the package, and an emulator in place of the network. */
async function openPage() {
  const emulator = createEmulator({ eventNames: 2 });
  const page = await browser.newPage();
  const hosts = new Set<string>();
  await page.route("**/*", async (route) => {
    const request = route.request();
    if (request.url() === app) {
      const body = `<!doctype html><title>App</title><script>${script}</script>`;
      return route.fulfill({ contentType: "text/html", body });
    }
    hosts.add(new URL(request.url()).host);
    const body = request.postData();
    const reply = await emulator.fetch(
      new Request(request.url(), {
        method: request.method(),
        headers: await request.allHeaders().then(withoutPseudoHeaders),
        ...(body !== null && { body }),
      }),
    );
    await route.fulfill({
      status: reply.status,
      headers: Object.fromEntries(reply.headers),
      body: await reply.text(),
    });
  });
  await page.goto(app);
  return { emulator, page, hosts };
}

/** HTTP/2 names such as `:path` are none that `fetch` takes. */
function withoutPseudoHeaders(headers: Record<string, string>): Record<string, string> {
  return Object.fromEntries(Object.entries(headers).filter(([name]) => !name.startsWith(":")));
}

/** Calls a function of the package in the page. */
const call = (page: Page, name: string, ...args: unknown[]): Promise<unknown> =>
  page.evaluate(
    ([key, rest]) => {
      const { sdk } = globalThis as unknown as { sdk: Record<string, (...given: unknown[]) => unknown> };
      return sdk[key]?.(...rest);
    },
    [name, args] as const,
  );

test("a user's events, tracked before and after the Messenger is loaded", async () => {
  const { emulator, page, hosts } = await openPage();
  await call(page, "Intercom", { app_id: "abc", user_id: "7", email: "a@example.com" });
  await call(page, "trackEvent", "placed-order", { items: 3 });
  const first = await emulator.waitForEvent({ eventName: "placed-order", contact: "7" });
  expect(first).toMatchObject({ user_id: "7", email: "a@example.com", metadata: { items: 3 } });
  await call(page, "trackEvent", "left");
  await emulator.waitForEvent({ eventName: "left", contact: "a@example.com" });
  expect([...hosts]).toEqual(["widget.intercom.io"]);
});

test("a visitor's events, and whose they are after a login", async () => {
  const { emulator, page } = await openPage();
  await call(page, "Intercom", { app_id: "abc" });
  await call(page, "trackEvent", "looked");
  const looked = await emulator.waitForEvent({ eventName: "looked" });
  expect(await call(page, "getVisitorId")).toBe(looked.user_id);
  await call(page, "update", { user_id: "7" });
  await call(page, "trackEvent", "bought");
  await emulator.waitForEvent({ eventName: "bought", contact: "7" });
  expect(emulator.contacts().map(({ role }) => role)).toEqual(["visitor", "user"]);
});

test("a name too many is an error in the console", async () => {
  const { emulator, page } = await openPage();
  await call(page, "Intercom", { app_id: "abc", user_id: "7" });
  for (const name of ["a", "b"]) await call(page, "trackEvent", name);
  await emulator.waitForEvent({ eventName: "b" });
  const text = "Cannot have more than 2 active event names";
  const said = page.waitForEvent("console", (message) => message.text().includes(text));
  await call(page, "trackEvent", "c");
  expect((await said).type()).toBe("error");
});
