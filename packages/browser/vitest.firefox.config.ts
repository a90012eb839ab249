import { mergeConfig } from "vitest/config";
import { firefoxTests } from "../../tools/vitest.ts";
import { browserSetup } from "./vitest.chromium.config.ts";

export default mergeConfig(firefoxTests(["src/**/*.browser.test.ts"]), browserSetup);
