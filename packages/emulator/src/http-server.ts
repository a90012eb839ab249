import { createServer, type IncomingMessage, type Server, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import process from "node:process";
import { clearTimeout, setTimeout } from "node:timers"; // a test's fake ones take the place of the global ones
import { type BodyBudget, createBodyBudget, createBodyBuffer } from "./body-buffer.ts";
import type { Answer, Handler } from "./create-handler.ts";
import { type DecodedBody, decodeBody } from "./decode-body.ts";
import { serveStreamed } from "./http-stream.ts";
import { controlPrefix, createLoopbackGuard, isLoopback } from "./loopback-guard.ts";
import { firstHalf, jsonReply, notKept, type PlainReply, type PlainRequest } from "./plain-message.ts";
import type { StreamedHandler } from "./streamed.ts";

/** A server that listens. */
export interface RunningServer {
  readonly url: string;
  readonly port: number;
  /** Ends every connection, and resolves when the port is free. */
  close(): Promise<void>;
}

/** Where to listen. Port 0 is any free one. */
export interface Address {
  readonly port: number;
  readonly host: string;
}

/** What answers requests: control requests with long bodies or replies are streamed. */
export interface Handlers {
  readonly handle: Handler;
  readonly streamed: StreamedHandler;
}

/** How much memory the bodies under way may take, over all connections: 128 MiB. */
const bodiesLimit = 128 * 1024 ** 2;

/** Where one reaches what listens on all addresses, which are none to send to. */
const reachable: Readonly<Record<string, string>> = { "0.0.0.0": "127.0.0.1", "::": "[::1]" };

/**
 * Serves the handlers over HTTP.
 * @throws Error of `node:net`, for instance with code EADDRINUSE
 */
export async function startServer(handlers: Handlers, { port, host }: Address): Promise<RunningServer> {
  const { handle, streamed } = handlers;
  const name = host.includes(":") ? `[${host}]` : host;
  const forbiddenReason = createLoopbackGuard({ loopbackOnly: isLoopback(name) });
  const budget = createBodyBudget(bodiesLimit);
  const server = createServer((incoming, response) => {
    const reason = forbiddenReason(incoming);
    if (reason === undefined && incoming.url?.startsWith(controlPrefix)) {
      if (serveStreamed(streamed, incoming, response)) return;
    }
    readBody(incoming, budget, (body) => {
      if (reason !== undefined) write(response, jsonReply(403, { error: reason }));
      else orFail(response, () => deliver(response, handle(plainRequest(incoming, body))));
    });
  });
  server.keepAliveTimeout = 60_000; // outlasts a client's pool, so that no request meets a closing connection
  await listening(server, { port, host });
  const { port: actualPort, address } = server.address() as AddressInfo;
  const url = `http://${reachable[address] ?? name}:${actualPort}`;
  return { url, port: actualPort, close: () => closed(server) };
}

function listening(server: Server, { port, host }: Address): Promise<void> {
  return new Promise((resolve, reject) => {
    server.once("error", reject);
    server.listen({ port, host }, () => {
      server.off("error", reject);
      resolve();
    });
  });
}

function closed(server: Server): Promise<void> {
  return new Promise((resolve) => {
    server.close(() => resolve());
    server.closeAllConnections();
  });
}

/** Hands over the body once it is complete. */
function readBody(incoming: IncomingMessage, budget: BodyBudget, done: (body: DecodedBody) => void): void {
  const buffer = createBodyBuffer(budget);
  incoming.on("data", buffer.add);
  incoming.on("end", () => done(decodeBody(buffer.take())));
  incoming.on("close", () => void buffer.take()); // broken off, or done before
}

function plainRequest(incoming: IncomingMessage, body: DecodedBody): PlainRequest {
  const target = incoming.url ?? "/";
  const { authorization } = incoming.headers;
  const mark = target.indexOf("?");
  return {
    method: incoming.method ?? "GET",
    origin: `http://${incoming.headers.host ?? ""}`,
    path: mark < 0 ? target : target.slice(0, mark),
    query: mark < 0 ? "" : target.slice(mark + 1),
    headers: withoutToken(incoming),
    authorization,
    ...body,
  };
}

/** Of the names that may repeat and come as a list, none is one the emulator reads. */
function withoutToken({ headers }: IncomingMessage): PlainRequest["headers"] {
  if (headers.authorization !== undefined) headers.authorization = notKept; // a copy would cost each request
  return headers as PlainRequest["headers"];
}

/** A mistake of the emulator's own must not end a process that runs all day: it is told, and answered with 500. */
function orFail(response: ServerResponse, act: () => void): void {
  try {
    act();
  } catch (error) {
    process.emitWarning(error as Error);
    if (response.headersSent) response.destroy();
    else write(response, jsonReply(500, { error: `the emulator failed: ${(error as Error).message}` }));
  }
}

function deliver(response: ServerResponse, answer: Answer): void {
  const { reply, delayMs } = answer;
  if (delayMs > 0) {
    const late = (): void => deliver(response, { ...answer, delayMs: 0 });
    const timer = setTimeout(() => orFail(response, late), delayMs);
    response.once("close", () => clearTimeout(timer));
  } else if (!reply) {
    response.req.socket.resetAndDestroy(); // its own one, as a response has none while another before it waits
  } else if (answer.breakOff) {
    breakOff(response, reply);
  } else {
    write(response, reply);
  }
}

function write(response: ServerResponse, { status, headers, body }: PlainReply): void {
  response.sendDate = false; // the Date header is the emulator's clock, or left out by a fault
  const length = body === "" ? "0" : String(Buffer.byteLength(body));
  response.writeHead(status, { ...headers, "content-length": length });
  response.end(body);
}

/** Announces more than it sends, be it the one space of an empty body, and ends the connection once that has left. */
function breakOff(response: ServerResponse, { status, headers, body }: PlainReply): void {
  response.sendDate = false;
  response.writeHead(status, { ...headers, "content-length": String(Buffer.byteLength(body) + 2) });
  response.flushHeaders();
  response.write(firstHalf(body), () => response.socket?.destroy());
}
