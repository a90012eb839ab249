import { mergeConfig } from "vitest/config";
import { nodeTests } from "../../tools/vitest.ts";

// The test runs in Node and drives a real Chromium, as it answers for Intercom's hosts.
export default mergeConfig(
  { ...nodeTests(), test: { ...nodeTests().test, exclude: ["**/node_modules/**"], include: [] } },
  {
    test: {
      include: ["{src,page}/**/*.browser.test.ts"],
      globalSetup: ["test/page-setup.ts"],
      outputFile: { junit: "reports/chromium.xml" },
    },
  },
);
