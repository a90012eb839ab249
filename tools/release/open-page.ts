/**
 * Serves a folder on loopback, opens a page of it in Chromium and waits for the outcome that the page leaves in
 * `window.outcome`:
 *
 *     node tools/release/open-page.ts <folder> <page>
 */
import { once } from "node:events";
import { readFile } from "node:fs/promises";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { extname, join, resolve, sep } from "node:path";
import { chromium } from "playwright-core";
import { findChromium } from "../chromium.ts";

const TYPES: Readonly<Record<string, string>> = { ".html": "text/html", ".js": "text/javascript" };

const [folder = ".", page = "index.html"] = process.argv.slice(2);
const root = resolve(folder);
const { INTERCOM_BASE_URL = "", RUN = "" } = process.env;

const server = createServer(async ({ url = "/" }, reply) => {
  const path = join(root, new URL(url, "http://localhost").pathname);
  const content = path.startsWith(root + sep) ? await readFile(path).catch(() => undefined) : undefined;
  if (content === undefined) reply.writeHead(404).end();
  else reply.setHeader("content-type", TYPES[extname(path)] ?? "application/octet-stream").end(content);
});
server.listen(0, "127.0.0.1");
await once(server, "listening");
const { port } = server.address() as AddressInfo;
const address = `http://127.0.0.1:${port}/${page}?${new URLSearchParams({ INTERCOM_BASE_URL, RUN })}`;

const { executablePath, args } = await findChromium();
const browser = await chromium.launch({ executablePath, args: [...args] });
const said: string[] = [];
try {
  const tab = await browser.newPage();
  tab.on("pageerror", ({ message }) => said.push(message));
  tab.on("console", (message) => said.push(message.text()));
  await tab.goto(address, { timeout: 30_000 });
  const ended = (): unknown => (globalThis as { outcome?: unknown }).outcome;
  await tab.waitForFunction(ended, undefined, { timeout: 30_000 });
  const outcome = (await tab.evaluate(ended)) as { status?: string } | undefined;
  if (outcome?.status !== "accepted") throw new Error(`The event ended as ${JSON.stringify(outcome)}`);
  // The Messenger tells a page nothing, and what it sends ends with the page.
  await tab.waitForLoadState("networkidle");
} catch (error) {
  console.error(error instanceof Error ? error.message : error, ...said);
  process.exitCode = 1;
} finally {
  await browser.close();
  server.closeAllConnections();
  server.close();
}
