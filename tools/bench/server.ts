/**
 * A loopback server that answers each request like the service it is meant for, as fast as Node can or
 * after a while, with an allowance that is never used up:
 *
 *     node tools/bench/server.ts [shortest delay] [longest delay]    # milliseconds
 *     node tools/bench/server.ts never                               # no reply
 *     node tools/bench/server.ts held                                # no reply until it is told to "open"
 */
import { createServer, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { answer } from "./child.ts";

const LIMIT = 100_000_000;
const [from = "0", to = from] = process.argv.slice(2);
let used = 0;
let reset = 0;
let isOpen = from !== "held";
const held: (() => void)[] = [];

/** The headers of Intercom's replies that clients look at: https://developers.intercom.com/docs/references/rest-api/errors/rate-limiting */
function rateHeaders(): Record<string, string> {
  const end = (Math.floor(Date.now() / 10_000) + 1) * 10;
  if (end !== reset) used = 0;
  reset = end;
  used += 1;
  return {
    "x-request-id": "004h01uqo3s6ait1fi20",
    "x-ratelimit-limit": String(LIMIT),
    "x-ratelimit-remaining": String(LIMIT - used),
    "x-ratelimit-reset": String(reset),
  };
}

function reply(path: string | undefined, response: ServerResponse): void {
  if (path === "/events") response.writeHead(202, rateHeaders()).end();
  // What the services of the other libraries say to a batch.
  else response.writeHead(200, { "content-type": "application/json" }).end('{"code":200,"success":true}');
}

const server = createServer((request, response) => {
  request.resume().on("end", () => {
    if (from === "never") return;
    if (!isOpen) return void held.push(() => reply(request.url, response));
    const delay = from === "held" ? 0 : Number(from) + Math.random() * (Number(to) - Number(from));
    if (delay > 0) setTimeout(reply, delay, request.url, response);
    else reply(request.url, response);
  });
});
server.listen(0, "127.0.0.1", () => {
  answer((question: "url" | "open") => {
    if (question === "open") {
      isOpen = true;
      for (const respond of held.splice(0)) respond();
    }
    return `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  });
});
