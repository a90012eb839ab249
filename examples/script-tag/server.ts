import { createReadStream } from "node:fs";
import { createServer } from "node:http";
import { fileURLToPath } from "node:url";
import { closeOnSignal, createClient, sqliteOutbox } from "@intercom-events/node";
import { createRelay } from "@intercom-events/relay";
import { toNodeHandler } from "@intercom-events/relay/node";

const client = createClient({
  token: process.env.INTERCOM_ACCESS_TOKEN ?? "",
  baseUrl: process.env.INTERCOM_BASE_URL, // Intercom itself, unless it is set.
  outbox: sqliteOutbox({ path: "intercom-events.db" }), // Events outlive the process.
});

const relay = createRelay({
  client,
  // Stands for your sessions: look up who is logged in, and never believe a name that a page can set.
  identify(request) {
    const user = /(?:^|; )user=(\w+)/.exec(request.headers.get("cookie") ?? "")?.[1];
    return user === undefined ? null : { userId: user };
  },
  events: ["viewed-pricing", "chose-plan"],
});
const handleEvents = toNodeHandler(relay);

// Of the package, this is the build for a <script> tag: everything in one file.
const script = fileURLToPath(new URL("index.global.js", import.meta.resolve("@intercom-events/browser")));

const server = createServer((request, response) => {
  switch (request.url) {
    case "/intercom/events":
      handleEvents(request, response);
      break;
    case "/scripts/intercom-events.js":
      response.writeHead(200, { "content-type": "text/javascript; charset=utf-8" });
      createReadStream(script).pipe(response);
      break;
    case "/":
      // Stands for your login.
      response.setHeader("set-cookie", "user=314159; HttpOnly; SameSite=Lax; Path=/");
      response.writeHead(200, { "content-type": "text/html; charset=utf-8" });
      createReadStream("index.html").pipe(response);
      break;
    default:
      response.writeHead(404).end();
  }
});
server.listen(Number(process.env.PORT ?? 3000), "127.0.0.1", () => {
  const address = server.address();
  console.log(`listening on http://127.0.0.1:${typeof address === "object" && address?.port}`);
});

// Requests first: a closed client takes no more events.
closeOnSignal({
  async close(options) {
    await new Promise((resolve) => server.close(resolve));
    return client.close(options);
  },
});
