import { mergeConfig } from "vitest/config";
import { webkitTests } from "../../tools/vitest.ts";
import { browserSetup } from "./vitest.chromium.config.ts";

export default mergeConfig(webkitTests(["src/**/*.browser.test.ts"]), browserSetup);
