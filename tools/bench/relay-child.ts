/** A backend that takes the events of pages: `node tools/bench/relay-child.ts <handler> <server of Intercom>`. */
import { createServer, type IncomingMessage, type RequestListener } from "node:http";
import type { AddressInfo } from "node:net";
import { createClient } from "@intercom-events/node";
import { createRelay } from "@intercom-events/relay";
import { toNodeHandler } from "@intercom-events/relay/node";
import { answer } from "./child.ts";
import { TOKEN } from "./sample-event.ts";

const [name = "", intercomUrl = ""] = process.argv.slice(2);
const client = createClient({
  token: TOKEN,
  baseUrl: intercomUrl,
  timeout: 3_600_000,
  exitTimeout: 0,
  queue: { maxEvents: 10_000_000, maxBytes: 2 ** 40 },
});

interface Body {
  readonly events: readonly {
    readonly event_name: string;
    readonly created_at: number;
    readonly metadata: object;
  }[];
}

const userOf = (cookie: string | null | undefined): string => /user=([\w-]+)/.exec(cookie ?? "")?.[1] ?? "";

async function readBody(request: IncomingMessage): Promise<Body> {
  const chunks: Buffer[] = [];
  for await (const chunk of request) chunks.push(chunk);
  return JSON.parse(Buffer.concat(chunks).toString()) as Body;
}

/** The least a handler can do: it reads the body, and answers for each event. */
function bare(take: (body: Body, request: IncomingMessage) => void): RequestListener {
  return async (request, response) => {
    const body = await readBody(request);
    take(body, request);
    const results = body.events.map(() => ({ status: "accepted" }));
    response.writeHead(200, { "content-type": "application/json" }).end(JSON.stringify({ results }));
  };
}

function trackAll({ events }: Body, request: IncomingMessage): void {
  const userId = userOf(request.headers.cookie);
  for (const { event_name: eventName, created_at: createdAt, metadata } of events) {
    client.track({ userId, eventName, createdAt, metadata: metadata as never });
  }
}

const handlers: Readonly<Record<string, RequestListener>> = {
  "node:http": bare(() => undefined),
  "node:http and track": bare(trackAll),
  "@intercom-events/relay": toNodeHandler(
    createRelay({
      client,
      identify: (request) => ({ userId: userOf(request.headers.get("cookie")) }),
      events: "any",
      rate: false,
    }),
  ) as RequestListener,
};

const server = createServer(handlers[name]);
await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}/intercom/events`;

answer((question: "url" | "cpu") => {
  if (question === "url") return url;
  const { user, system } = process.cpuUsage();
  return user + system;
});
