import { fileURLToPath } from "node:url";
import { playwright } from "@vitest/browser-playwright";
import type { ViteUserConfig } from "vitest/config";
import type { BrowserProviderOption } from "vitest/node";
import { findChromium } from "./chromium.ts";
import { findFirefox, firefoxProvider } from "./firefox.ts";
import { NODE_VERSIONS } from "./runtimes.ts";
import { findWebKit, webkitProvider } from "./webkit.ts";

/** The export condition under which packages of this repository see each other's source, never a stale build. */
const conditions = ["@intercom-events/source"];

/** How long `expect.poll` waits, in milliseconds. Generous, as several runtimes may be tested at once. */
const POLL = { poll: { timeout: 20_000 } };

const END_IN_TIME = fileURLToPath(new URL("end-in-time.ts", import.meta.url));

/** Each run leaves its counts where `npm test` adds them up. */
function reporters(name: string): Pick<NonNullable<ViteUserConfig["test"]>, "reporters" | "outputFile"> {
  return { reporters: ["default", "junit"], outputFile: { junit: `reports/${name}.xml` } };
}

/** What tests of a package are like. */
interface NodeTests {
  /** There are type tests, which run once: with the Node of the tools, as all of them have the same compiler. */
  readonly types?: boolean;
  /** Whether each file of tests has modules of its own. Without, they are loaded once, which halves the time of pure code. */
  readonly isolate?: boolean;
}

/** Unit tests on the Node that runs them. */
export function nodeTests({ types = false, isolate = true }: NodeTests = {}): ViteUserConfig {
  const major = process.versions.node.split(".")[0] ?? "";
  const isFirst = !(major in NODE_VERSIONS);
  // What runs in Bun is the same whichever Node starts it.
  const once = isFirst ? [] : ["**/bun.test.ts"];
  return {
    resolve: { conditions },
    ssr: { resolve: { conditions } },
    test: {
      ...reporters(`node-${major}`),
      include: ["**/*.test.ts"],
      // Generous, as several runtimes may be tested at once; no test asserts how long a thing takes.
      testTimeout: 60_000,
      expect: POLL,
      // A Chromium that does not close when it is asked to is ended by Playwright after 30 s.
      hookTimeout: 60_000,
      exclude: ["**/node_modules/**", "**/dist/**", "**/*.browser.test.ts", ...once],
      isolate,
      ...(types &&
        isFirst && {
          typecheck: { enabled: true, include: ["src/**/*.test-d.ts"], tsconfig: "tsconfig.json" },
        }),
    },
  };
}

/** Tests in a real Chromium, headless. */
export async function chromiumTests(include: string[]): Promise<ViteUserConfig> {
  const { executablePath, args } = await findChromium();
  const provider = playwright({ launchOptions: { executablePath, args: [...args] } });
  return inBrowser("chromium", provider, include);
}

/** Tests in a real Firefox, headless. Where there is none, one test that is skipped and says how to get one. */
export function firefoxTests(include: string[]): ViteUserConfig {
  const executablePath = findFirefox();
  return executablePath === undefined
    ? missing("firefox")
    : inBrowser("firefox", firefoxProvider(executablePath), include);
}

/** Tests in a real WebKit, on a screen in memory. Where there is none, one test that is skipped and says how to get one. */
export function webkitTests(include: string[]): ViteUserConfig {
  const webkit = findWebKit();
  return webkit === undefined ? missing("webkit") : inBrowser("webkit", webkitProvider(webkit), include);
}

function missing(name: string): ViteUserConfig {
  return { test: { ...reporters(name), dir: import.meta.dirname, include: [`no-${name}.skipped-test.ts`] } };
}

function inBrowser(name: string, provider: BrowserProviderOption, include: string[]): ViteUserConfig {
  return {
    resolve: { conditions },
    test: {
      ...reporters(name),
      include,
      globalSetup: [END_IN_TIME],
      testTimeout: 60_000,
      expect: POLL,
      browser: {
        enabled: true,
        headless: true,
        ui: false,
        screenshotFailures: false,
        instances: [{ browser: name as never }],
        provider,
      },
    },
  };
}
