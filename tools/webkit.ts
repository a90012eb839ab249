import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { existsSync, globSync } from "node:fs";
import { createServer } from "node:net";
import { defineBrowserProvider } from "@vitest/browser";
import type { BrowserProviderOption, TestProject } from "vitest/node";

/** What WebKit needs to run without a screen. */
export interface WebKit {
  /** WebKitGTK's WebDriver. */
  readonly driver: string;
  /** The browser it drives. */
  readonly browser: string;
  /** A screen in memory. */
  readonly xvfb: string;
}

/** What to do where there is no WebKit. */
export const HOW_TO_GET_WEBKIT =
  "install WebKitGTK's driver and Xvfb (on Debian and Ubuntu: apt-get install webkit2gtk-driver xvfb)";

/** Finds a real WebKit, WebKitGTK's; `undefined` if there is none. */
export function findWebKit(): WebKit | undefined {
  const [browser] = globSync("/usr/lib/*/webkit2gtk-4.*/MiniBrowser");
  const [driver, xvfb] = ["/usr/bin/WebKitWebDriver", "/usr/bin/Xvfb"];
  return browser && existsSync(driver) && existsSync(xvfb) ? { driver, browser, xvfb } : undefined;
}

/** Has vitest run its tests in a WebKit, by WebDriver: its own providers need a WebKit patched for them. */
export function webkitProvider(webkit: WebKit): BrowserProviderOption {
  return defineBrowserProvider({
    name: "webkit",
    supportedBrowser: ["webkit"],
    options: {},
    providerFactory(project: TestProject) {
      let browser: Promise<WebKitBrowser> | undefined;
      // vitest asks for it before each file; no test here looks at sizes.
      project.browser?.registerCommand("__vitest_viewport" as never, (async () => undefined) as never);
      return {
        name: "webkit",
        supportsParallelism: false,
        getCommandsContext: () => ({}),
        async openPage(_session: string, url: string) {
          browser ??= launchWebKit(webkit);
          await (await browser).open(url);
        },
        async close() {
          await (await browser)?.close();
          browser = undefined;
        },
      };
    },
  });
}

/** A WebKit that runs; {@link launchWebKit}. */
export interface WebKitBrowser {
  /** The process that has started its others. */
  readonly pid: number;
  /** Loads a page in the tab that was opened last. */
  open(url: string): Promise<void>;
  openTab(): Promise<void>;
  close(): Promise<void>;
}

/** Starts a WebKit with one tab, on a screen in memory. */
export async function launchWebKit({ driver, browser, xvfb }: WebKit): Promise<WebKitBrowser> {
  const children: ChildProcess[] = [];
  try {
    // Told no display, it finds one that is free, and prints it.
    const screen = spawn(xvfb, ["-displayfd", "1", "-nolisten", "tcp"], {
      stdio: ["ignore", "pipe", "ignore"],
    });
    children.push(screen);
    const [display] = await once(screen.stdout, "data", { signal: AbortSignal.timeout(20_000) });
    const port = await freePort();
    const env = { ...process.env, DISPLAY: `:${String(display).trim()}` };
    const driving = spawn(driver, [`--port=${port}`, "--host=127.0.0.1"], { env, stdio: "ignore" });
    children.push(driving);
    const ask = createDriver(`http://127.0.0.1:${port}`);
    const { sessionId } = await ask("POST", "/session", {
      capabilities: {
        alwaysMatch: {
          browserName: "MiniBrowser",
          "webkitgtk:browserOptions": { binary: browser, args: ["--automation"] },
        },
      },
    });
    return {
      pid: driving.pid as number,
      async openTab() {
        const { handle } = await ask("POST", `/session/${sessionId}/window/new`, { type: "tab" });
        await ask("POST", `/session/${sessionId}/window`, { handle });
      },
      async open(url) {
        await ask("POST", `/session/${sessionId}/url`, { url });
      },
      async close() {
        await ask("DELETE", `/session/${sessionId}`).catch(() => undefined);
        end(children);
      },
    };
  } catch (error) {
    end(children);
    throw error;
  }
}

/** What is read of WebDriver's answers. */
interface Answer {
  readonly sessionId?: string;
  readonly handle?: string;
  readonly message?: string;
}

/** Calls WebDriver, waiting until it listens. */
function createDriver(origin: string) {
  return async (method: string, path: string, body?: object): Promise<Answer> => {
    for (let tries = 0; ; tries += 1) {
      const reply = await fetch(`${origin}${path}`, {
        method,
        ...(body && { body: JSON.stringify(body) }),
      }).catch((error: unknown) => error as Error);
      if (reply instanceof Response) {
        const { value } = (await reply.json()) as { value: Answer | null };
        if (reply.ok) return value ?? {};
        throw new Error(`WebKit refuses ${method} ${path}: ${value?.message}`);
      }
      if (tries >= 50) throw reply;
      await new Promise((resolve) => setTimeout(resolve, 200));
    }
  };
}

async function freePort(): Promise<number> {
  const server = createServer().listen(0, "127.0.0.1");
  await once(server, "listening");
  const address = server.address();
  server.close();
  return typeof address === "object" && address ? address.port : 0;
}

function end(children: readonly ChildProcess[]): void {
  for (const child of children.toReversed()) child.kill();
}
