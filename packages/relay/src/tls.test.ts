import { once } from "node:events";
import { connect, createSecureServer } from "node:http2";
import { Agent, createServer, request } from "node:https";
import type { AddressInfo, Server } from "node:net";
import { text } from "node:stream/consumers";
import { generate } from "selfsigned";
import { afterEach, beforeAll, beforeEach, describe, expect, test } from "vitest";
import { event, type StartedRelay, startRelay } from "../test/start-relay.ts";
import { toNodeHandler } from "./node.ts";

const PATH = "/intercom/events";

/** What a server has said. */
interface Reply {
  readonly status: number;
  readonly headers: Readonly<Record<string, unknown>>;
  readonly body: string;
  /** When the request is over: both have ended, or one has been cut off. */
  readonly over: Promise<unknown>;
}

/** Sends a body to a server, with a cookie and the server's own origin; or begins to. */
type Send = (body: string, how?: { scheme?: string; isWhole?: boolean }) => Promise<Reply>;

let started: StartedRelay;
let pem: { key: string; cert: string };
const cleanups: (() => unknown)[] = [];

beforeAll(async () => {
  const { private: key, cert } = await generate([{ name: "commonName", value: "127.0.0.1" }], {
    algorithm: "sha256",
    extensions: [{ name: "subjectAltName", altNames: [{ type: 7, ip: "127.0.0.1" }] }],
  });
  pem = { key, cert };
});
beforeEach(async () => {
  started = await startRelay({ maxBytes: 2000, bodyTimeout: 200 });
  cleanups.push(started.stop);
});
afterEach(async () => {
  for (const cleanup of cleanups.splice(0).reverse()) await cleanup();
});

function headersFor(own: string, scheme: string): Record<string, string> {
  return {
    origin: own.replace("https", scheme),
    "content-type": "text/plain;charset=UTF-8",
    cookie: "user=314159",
  };
}

/** The address of a server once it listens. */
async function addressOf(server: Server): Promise<string> {
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  cleanups.push(() => server.close());
  return `https://127.0.0.1:${(server.address() as AddressInfo).port}`;
}

/** By HTTP/1.1, to a server of `node:https` or to one of `node:http2` that allows it. */
async function byHttp1(server: Server): Promise<Send> {
  const own = await addressOf(server);
  const agent = new Agent({ ca: pem.cert, keepAlive: true, maxSockets: 1 });
  cleanups.push(() => agent.destroy());
  return async (body, { scheme = "https", isWhole = true } = {}) => {
    const asking = request(`${own}${PATH}`, { agent, method: "POST", headers: headersFor(own, scheme) });
    asking.on("error", () => undefined); // Of a body that the server does not wait for.
    if (isWhole) asking.end(body);
    else asking.write(body);
    const over = once(asking, "close");
    const [reply] = await once(asking, "response");
    return { status: reply.statusCode, headers: reply.headers, body: await text(reply), over };
  };
}

/** By HTTP/2: all on one connection. @param more headers that each request has besides */
async function byHttp2(more: Readonly<Record<string, string>> = {}): Promise<Send> {
  const own = await addressOf(createSecureServer(pem, toNodeHandler(started.relay)));
  const session = connect(own, { ca: pem.cert });
  cleanups.push(() => session.destroy());
  return async (body, { scheme = "https", isWhole = true } = {}) => {
    // Named here, as Node.js leaves it out where there is a Host.
    const where = { ":method": "POST", ":path": PATH, ":authority": new URL(own).host };
    const asking = session.request({ ...where, ...headersFor(own, scheme), ...more });
    asking.on("error", () => undefined);
    if (isWhole) asking.end(body);
    else asking.write(body);
    const over = once(asking, "close");
    const [headers] = await once(asking, "response");
    return { status: headers[":status"], headers, body: await text(asking), over };
  };
}

const WAYS: Readonly<Record<string, () => Promise<Send>>> = {
  "HTTP/1.1 over TLS": () => byHttp1(createServer(pem, toNodeHandler(started.relay))),
  "HTTP/1.1 to a server of HTTP/2": () =>
    byHttp1(createSecureServer({ ...pem, allowHTTP1: true }, toNodeHandler(started.relay))),
  "HTTP/2": () => byHttp2(),
};

describe.each(Object.entries(WAYS))("%s", (_, open) => {
  const body = (name: string): string => JSON.stringify({ events: [event(name)] });

  test("events are delivered as the caller's, one request after the other", async () => {
    const send = await open();
    for (const name of ["a", "b"]) {
      const reply = await send(body(name));
      expect(reply).toMatchObject({ status: 200, headers: { "cache-control": "no-store" } });
      expect(JSON.parse(reply.body)).toEqual({ results: [{ status: "accepted" }] });
    }
    expect((await started.stored()).map(({ event_name, user_id }) => [event_name, user_id])).toEqual([
      ["a", "314159"],
      ["b", "314159"],
    ]);
    expect(started.errors).toEqual([]);
  });

  test("pages are of the same origin by https alone", async () => {
    const send = await open();
    expect((await send(body("a"), { scheme: "http" })).status).toBe(403);
  });

  test.each([
    ["is too large", "x".repeat(3000), true, 413],
    ["is larger than what is sent unasked", "x".repeat(500_000), true, 413],
    ["does not end", "{", false, 408],
    ["is too large and does not end", "x".repeat(3000), false, 413],
  ])("a body that %s is refused and cut off, the next one answered", async (_, wrong, isWhole, status) => {
    const send = await open();
    const reply = await send(wrong, { isWhole });
    expect(reply.status).toBe(status);
    expect(JSON.parse(reply.body)).toMatchObject({ error: { code: expect.any(String) } });
    expect((await send(body("a"))).status).toBe(200);
    await reply.over;
    expect(started.errors).toEqual([]);
  });
});

test.each([
  ["the server's own", undefined, 200],
  ["that of Host", "https://other.example", 403],
])("over HTTP/2 the authority says whose page it is, not Host: %s", async (_, origin, status) => {
  const send = await byHttp2({ host: "other.example", ...(origin !== undefined && { origin }) });
  expect((await send(JSON.stringify({ events: [event()] }))).status).toBe(status);
});
