import { once } from "node:events";
import { existsSync } from "node:fs";
import { readFile } from "node:fs/promises";
import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { extname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { createClient } from "@intercom-events/node";
import { createRelay } from "@intercom-events/relay";
import { toNodeHandler } from "@intercom-events/relay/node";

const TYPES: Readonly<Record<string, string>> = { ".html": "text/html", ".js": "text/javascript" };

/** Pages of a folder, with a Messenger on them and a relay beside them. */
export interface FolderSite extends AsyncDisposable {
  readonly url: string;
}

interface Options {
  /** Where the emulator listens. */
  readonly baseUrl: string | undefined;
  readonly token: string;
  /** A program that is bundled, or one that takes the library from a `<script>` tag before it. */
  readonly kind: "module" | "script";
}

/** The program for a page whose library is a global: there is nothing to import. */
function withoutImport(program: string): string {
  return program.replace(/^import (\{.*\}) from "@intercom-events\/browser";/, "const $1 = IntercomEvents;");
}

/** Serves what a bundler has made of a page. */
export async function serveFolder(directory: string, { baseUrl, token, kind }: Options): Promise<FolderSite> {
  const client = createClient({ token, baseUrl });
  const relay = createRelay({
    client,
    identify: () => ({ userId: "relay-user" }),
    events: ["chose-plan"],
  });
  const handleEvents = toNodeHandler(relay);
  const messenger = `<link rel="icon" href="data:,">
    <script>window.intercomSettings = { app_id: "app", user_id: "messenger-user" };</script>
    <script async src="${baseUrl}/widget/app"></script>`;
  const program =
    kind === "module"
      ? '<script type="module" src="./page.js"></script>'
      : '<script src="/index.global.js"></script><script src="./page.js"></script>';

  async function read(path: string): Promise<string | undefined> {
    if (path === "/index.global.js") {
      const url = new URL("index.global.js", import.meta.resolve("@intercom-events/browser"));
      return readFile(fileURLToPath(url), "utf8");
    }
    const file = join(directory, path);
    if (path === "/index.html") {
      // Vite makes a page of its own, with the program under another name.
      const page =
        existsSync(file) && kind === "module" ? await readFile(file, "utf8") : `<head></head>${program}`;
      return page.replace("<head>", `<head>${messenger}`);
    }
    if (!existsSync(file)) return undefined;
    const text = await readFile(file, "utf8");
    return kind === "script" ? withoutImport(text) : text;
  }

  async function serve(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const { pathname } = new URL(request.url ?? "/", "http://site.test");
    if (pathname === "/intercom/events") return handleEvents(request, response);
    const path = pathname === "/" ? "/index.html" : pathname;
    const text = await read(path);
    response.writeHead(text === undefined ? 404 : 200, {
      "content-type": `${TYPES[extname(path)] ?? "text/plain"}; charset=utf-8`,
    });
    response.end(text);
  }

  const server = createServer((request, response) => {
    serve(request, response).catch((error) => response.destroy(error));
  });
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}/`,
    async [Symbol.asyncDispose]() {
      server.closeAllConnections();
      server.close();
      await client.close();
    },
  };
}
