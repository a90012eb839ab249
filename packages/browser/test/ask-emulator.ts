import type { BrowserCommand } from "vitest/node";

declare module "vitest/browser" {
  interface BrowserCommands {
    /** Asks one of the emulator's control endpoints, which browsers keep pages of other origins from. */
    askEmulator(url: string, method: string, path: string): Promise<unknown>;
  }
}

/** Asks the emulator from Node, for a test in a page. */
export const askEmulator: BrowserCommand<[url: string, method: string, path: string]> = async (
  _context,
  url,
  method,
  path,
) => {
  const reply = await fetch(`${url}/_emulator/${path}`, { method });
  const text = await reply.text();
  return text === "" ? undefined : JSON.parse(text);
};
