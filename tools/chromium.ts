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
  // It would let pages read what they like of other origins, which no visitor's browser does.
  const args = packaged.args.filter((argument) => argument !== "--disable-web-security");
  return { executablePath: await packaged.executablePath(), args: [...args, ...QUIET] };
}
