import { existsSync } from "node:fs";
import { defineBrowserProvider } from "@vitest/browser";
import { type Browser, launch } from "puppeteer-core";
import type { BrowserProviderOption, TestProject } from "vitest/node";

const INSTALLED = [
  "/usr/bin/firefox",
  "/usr/bin/firefox-esr",
  "/usr/lib/firefox/firefox",
  "/usr/lib/firefox-esr/firefox-esr",
  "/snap/bin/firefox",
  "/Applications/Firefox.app/Contents/MacOS/firefox",
  "C:\\Program Files\\Mozilla Firefox\\firefox.exe",
];

/** What to do where there is no Firefox. */
export const HOW_TO_GET_FIREFOX =
  "install Firefox (on Debian and Ubuntu: apt-get install firefox-esr), or set FIREFOX to the path of one";

/**
 * Finds a real Firefox: the one `FIREFOX` names, or an installed one; `undefined` if there is none.
 *
 * @throws {Error} when `FIREFOX` names none
 */
export function findFirefox(): string | undefined {
  const named = process.env.FIREFOX;
  if (!named) return INSTALLED.find((path) => existsSync(path));
  if (existsSync(named)) return named;
  throw new Error(`Cannot start Firefox: FIREFOX names ${named}, which does not exist`);
}

/** Settings of Firefox. Puppeteer has others that keep it from loading anything by itself. */
const PREFERENCES = {
  // Tests reach nothing but this machine.
  "network.proxy.type": 0,
  // A small disk, in kibibytes, so that a test can fill it: a site may use a fifth of it.
  "dom.quotaManager.temporaryStorage.fixedLimit": 200 * 1024,
};

/** Has vitest run its tests in a Firefox, by WebDriver BiDi: its own providers need a Firefox patched for them. */
export function firefoxProvider(executablePath: string): BrowserProviderOption {
  return defineBrowserProvider({
    name: "firefox",
    supportedBrowser: ["firefox"],
    options: {},
    providerFactory(project: TestProject) {
      let browser: Promise<Browser> | undefined;
      // vitest asks for it before each file; no test here looks at sizes.
      project.browser?.registerCommand("__vitest_viewport" as never, (async () => undefined) as never);
      return {
        name: "firefox",
        supportsParallelism: false,
        getCommandsContext: () => ({ browser }),
        async openPage(_session: string, url: string) {
          browser ??= launch({
            browser: "firefox",
            executablePath,
            headless: true,
            extraPrefsFirefox: PREFERENCES,
          });
          const page = await (await browser).newPage();
          await page.goto(url);
        },
        async close() {
          await (await browser)?.close();
          browser = undefined;
        },
      };
    },
  });
}
