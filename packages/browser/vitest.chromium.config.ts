import { defineConfig, mergeConfig } from "vitest/config";
import { chromiumTests } from "../../tools/vitest.ts";

export default mergeConfig(
  await chromiumTests(["src/**/*.browser.test.ts"]),
  defineConfig({
    test: { globalSetup: ["test/chromium-setup.ts"] },
    // The setup runs in Node.
    ssr: { resolve: { conditions: ["@intercom-events/source"] } },
  }),
);
