import { afterAll, beforeAll, test } from "vitest";
import { descendantsOf } from "../../../tools/processes.ts";
import { findWebKit, HOW_TO_GET_WEBKIT, launchWebKit, type WebKitBrowser } from "../../../tools/webkit.ts";
import { expectDyingTabsToLoseNothing } from "./dying-tabs.ts";
import { startSite } from "./site.ts";

const webkit = findWebKit();

let browser: WebKitBrowser;

test.skipIf(webkit === undefined)(
  "8 tabs in WebKit track together, some of them are killed, and each event is stored once",
  async () => {
    await using site = await startSite();
    let isFirst = true;
    await expectDyingTabsToLoseNothing(site, {
      async open(url) {
        if (!isFirst) await browser.openTab();
        isFirst = false;
        await browser.open(url);
      },
      async kill(which) {
        const tabs = descendantsOf(browser.pid).filter(({ command }) =>
          command[0]?.endsWith("WebKitWebProcess"),
        );
        const victim = tabs[which === "oldest" ? 0 : Math.floor(Math.random() * tabs.length)];
        if (victim === undefined) throw new Error("no tab could be killed");
        process.kill(victim.pid, "SIGKILL");
      },
    });
  },
  150_000,
);

beforeAll(async () => {
  if (!webkit) return console.log(`Nothing was tested in WebKit: ${HOW_TO_GET_WEBKIT}`);
  browser = await launchWebKit(webkit);
});

afterAll(() => browser?.close());
