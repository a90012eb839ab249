import { once } from "node:events";
import { readFile } from "node:fs/promises";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { join } from "node:path";
import { transform } from "esbuild";
import { pageHtml } from "./page-html.ts";

/** What a page loads from the package. */
const SCRIPT = join(import.meta.dirname, "../../packages/browser/dist/index.global.js");

/** The page's own modules. */
const MODULES = ["page.ts", "events.ts", "outcome-text.ts"];

/** A web server on a free loopback port. */
export interface PageServer extends AsyncDisposable {
  readonly url: string;
}

/** Serves a page whose Messenger is the emulator's. */
export async function servePage(emulatorUrl: string): Promise<PageServer> {
  const server = createServer(async ({ url = "" }, reply) => {
    try {
      const [type, text] = await readPage(url, emulatorUrl);
      if (text === undefined) reply.writeHead(404).end();
      else reply.setHeader("content-type", `text/${type}; charset=utf-8`).end(text);
    } catch (error) {
      reply.writeHead(500).end(String(error));
    }
  });
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  const { port } = server.address() as AddressInfo;
  return {
    url: `http://127.0.0.1:${port}`,
    async [Symbol.asyncDispose]() {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}

async function readPage(path: string, emulatorUrl: string): Promise<[type: string, text?: string]> {
  if (path === "/") return ["html", pageHtml(emulatorUrl)];
  if (path === "/index.global.js") return ["javascript", await readFile(SCRIPT, "utf8")];
  const name = MODULES.find((module) => path === `/${module}`);
  if (name === undefined) return ["plain"];
  const source = await readFile(join(import.meta.dirname, name), "utf8");
  return ["javascript", (await transform(source, { loader: "ts" })).code];
}
