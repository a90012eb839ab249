import { type Browser, type BrowserContextOptions, chromium, type Page } from "playwright-core";
import { afterAll, afterEach } from "vitest";
import { findChromium } from "../../../tools/chromium.ts";
import { createEmulator, type Emulator, type EmulatorOptions } from "../src/index.ts";

/** An emulator that listens, and its page in a real Chromium. */
export interface BrowserBench {
  readonly emulator: Emulator;
  readonly url: string;
  readonly page: Page;
  /** The hosts that the browser asked for anything. */
  readonly hosts: ReadonlySet<string>;
  /** Errors of the page's script, and what its console said: a breach of the policy among them. */
  readonly complaints: readonly string[];
  /** `POST /events` over HTTP; a string is sent as it is. */
  post(body: unknown, headers?: Record<string, string>): Promise<Response>;
}

const running: { close(): Promise<void> }[] = [];

/** The browsers of this file's tests, by the arguments they were started with. */
const browsers = new Map<string, Promise<Browser>>();

/** Ends every page and emulator after each test of the file, and the browsers after the last. */
export function endAfterEach(): void {
  afterEach(() => Promise.all(running.splice(0).map((each) => each.close())));
  afterAll(() => Promise.all([...browsers.values()].map(async (browser) => (await browser).close())));
}

async function launch(more: readonly string[]): Promise<Browser> {
  const { executablePath, args } = await findChromium();
  return chromium.launch({ executablePath, args: [...args, ...more] });
}

function browserWith(more: readonly string[] = []): Promise<Browser> {
  const key = more.join(" ");
  const browser = browsers.get(key) ?? launch(more);
  browsers.set(key, browser);
  return browser;
}

interface BenchOptions {
  readonly emulator?: EmulatorOptions;
  readonly browser?: BrowserContextOptions;
  /** More arguments for Chromium. */
  readonly arguments?: readonly string[];
  /** A script that runs in the page before its own. */
  readonly script?: string;
  /** What is done before the page is opened. */
  prepare?(emulator: Emulator): void;
}

/** Opens the page, with storage of its own. */
export async function openBench(options: BenchOptions = {}): Promise<BrowserBench> {
  const emulator = createEmulator(options.emulator);
  options.prepare?.(emulator);
  const { url } = await emulator.listen();
  running.push(emulator);
  const browser = await browserWith(options.arguments);
  const context = await browser.newContext({
    locale: "en-US",
    timezoneId: "UTC",
    viewport: { width: 1280, height: 800 },
    ...options.browser,
  });
  running.push(context);
  const page = await context.newPage();
  page.setDefaultTimeout(20_000);
  if (options.script !== undefined) await page.addInitScript(options.script);
  const hosts = new Set<string>();
  const complaints: string[] = [];
  page.on("request", (request) => hosts.add(new URL(request.url()).host));
  page.on("pageerror", (error) => complaints.push(error.message));
  page.on("console", (message) => complaints.push(message.text()));
  await page.goto(url);
  await page.getByText("Live", { exact: true }).waitFor();
  return {
    emulator,
    url,
    page,
    hosts,
    complaints,
    post: (body, headers = {}) =>
      fetch(`${url}/events`, {
        method: "POST",
        body: typeof body === "string" ? body : JSON.stringify(body),
        headers: {
          authorization: "Bearer test-token",
          accept: "application/json",
          "content-type": "application/json",
          ...headers,
        },
      }),
  };
}
