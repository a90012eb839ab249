import { defineConfig, mergeConfig } from "vitest/config";
import { chromiumTests } from "../../tools/vitest.ts";
import { askEmulator } from "./test/ask-emulator.ts";
import { leaveAndReturn } from "./test/leave-and-return.ts";

/** What the tests of this package need in any browser. */
export const browserSetup = defineConfig({
  test: { globalSetup: ["test/browser-setup.ts"], browser: { commands: { askEmulator, leaveAndReturn } } },
  // Found while tests run, it would have them start over.
  optimizeDeps: { include: ["idb", "fast-check"] },
  // The setup runs in Node.
  ssr: { resolve: { conditions: ["@intercom-events/source"] } },
});

export default mergeConfig(await chromiumTests(["src/**/*.browser.test.ts"]), browserSetup);
