import { existsSync } from "node:fs";

/** How to start a Chromium: its program and the arguments it needs here. */
export interface Chromium {
  readonly executablePath: string;
  readonly args: readonly string[];
}

const INSTALLED = [
  "/usr/bin/chromium",
  "/usr/bin/chromium-browser",
  "/usr/bin/google-chrome",
  "/Applications/Google Chrome.app/Contents/MacOS/Google Chrome",
  "C:\\Program Files\\Google\\Chrome\\Application\\chrome.exe",
];

/** Pages under test load nothing from elsewhere, and neither does the browser itself. */
const QUIET = [
  "--no-first-run",
  "--disable-background-networking",
  "--disable-component-update",
  "--disable-sync",
];

/**
 * What the Chromium from npm is started with where it comes from, and no visitor's browser is: all in one
 * process, which ends with its first page and which Chromium does not support, and pages that read what
 * they like of other origins.
 */
const NOT_AS_VISITORS_HAVE_IT = new Set([
  "--single-process",
  "--disable-web-security",
  "--allow-running-insecure-content",
  "--disable-site-isolation-trials",
]);

/**
 * Finds a real Chromium: the one `CHROMIUM` names, an installed one, or the one that comes inside the
 * npm package `@sparticuz/chromium` (Linux).
 *
 * @throws {Error} when there is none, with what to do
 */
export async function findChromium(): Promise<Chromium> {
  const named = process.env.CHROMIUM;
  if (named !== undefined && !existsSync(named)) {
    throw new Error(`Cannot start Chromium: CHROMIUM names ${named}, which does not exist`);
  }
  const executablePath = named ?? INSTALLED.find((path) => existsSync(path));
  if (executablePath !== undefined) return { executablePath, args: [...QUIET, "--no-sandbox"] };
  if (process.platform !== "linux") {
    throw new Error(
      "Cannot start Chromium: install Google Chrome, or set CHROMIUM to the path of a Chromium",
    );
  }
  const { default: packaged } = await import("@sparticuz/chromium");
  const args = packaged.args.filter((argument) => !NOT_AS_VISITORS_HAVE_IT.has(argument));
  return { executablePath: await packaged.executablePath(), args: [...args, ...QUIET] };
}
