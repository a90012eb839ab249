import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { setTimeout } from "node:timers/promises";
import type { Browser, Page } from "puppeteer-core";
import type { BrowserCommand } from "vitest/node";

declare module "vitest/browser" {
  interface BrowserCommands {
    /**
     * Opens a page with a script, runs `before` in it, goes to another page and back, and returns what the page
     * says in `window.answer` then. Firefox alone.
     */
    leaveAndReturn(script: string, before: string): Promise<unknown>;
  }
}

/** Milliseconds in which a page has to answer. */
const ANSWER_WAIT = 20_000;

/** Leaves a page and returns to it, as a visitor does with the back button. */
export const leaveAndReturn: BrowserCommand<[script: string, before: string]> = async (
  context,
  script,
  before,
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
    return await answerOf(page);
  } finally {
    await page.close();
    server.closeAllConnections();
    server.close();
  }
};

/** Asked again and again, as Firefox answers some questions with nothing while a page comes out of the cache. */
async function answerOf(page: Page): Promise<unknown> {
  const end = Date.now() + ANSWER_WAIT;
  for (;;) {
    const answer = await page.evaluate("window.answer").catch((error: unknown) => {
      if (Date.now() > end) throw error;
    });
    if (answer !== undefined) return answer;
    if (Date.now() > end) throw new Error("The page did not come out of the cache, or says nothing");
    await setTimeout(50);
  }
}
