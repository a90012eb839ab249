import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import type { Browser } from "puppeteer-core";
import type { BrowserCommand } from "vitest/node";

declare module "vitest/browser" {
  interface BrowserCommands {
    /**
     * Opens a page with a script, runs `before` in it, goes to another page and back, and answers what
     * `after` does. Firefox alone.
     */
    leaveAndReturn(script: string, before: string, after: string): Promise<unknown>;
  }
}

/** Leaves a page and returns to it, as a visitor does with the back button. */
export const leaveAndReturn: BrowserCommand<[script: string, before: string, after: string]> = async (
  context,
  script,
  before,
  after,
) => {
  const { browser } = context as unknown as { browser: Promise<Browser> };
  const html = `<!doctype html><title>Page</title><script>${script.replaceAll("</", "<\\/")}</script>`;
  const server = createServer((_request, response) => {
    response.setHeader("content-type", "text/html; charset=utf-8").end(html);
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  const page = await (await browser).newPage();
  try {
    await page.goto(`${url}/one`);
    await page.evaluate(before);
    await page.goto(`${url}/other`);
    // Not waited for: what comes out of the cache is not loaded.
    page.goBack().catch(() => undefined);
    await page.waitForFunction("location.pathname === '/one'");
    return await page.evaluate(after);
  } finally {
    await page.close();
    server.closeAllConnections();
    server.close();
  }
};
