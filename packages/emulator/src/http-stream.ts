import type { IncomingMessage, ServerResponse } from "node:http";
import { Readable } from "node:stream";
import { pipeline } from "node:stream/promises";
import type { StreamedHandler, StreamedReply } from "./streamed.ts";

/** Serves the request when it is a streamed one; false when it is not. */
export function serveStreamed(
  handler: StreamedHandler,
  incoming: IncomingMessage,
  response: ServerResponse,
): boolean {
  const { pathname: path, search } = new URL(incoming.url ?? "/", "http://localhost");
  const controller = new AbortController();
  response.once("close", () => controller.abort());
  const { method = "GET" } = incoming;
  const { signal } = controller;
  const reply = handler({ method, path, query: search.slice(1), body: incoming, signal });
  if (reply === undefined) return false;
  send(reply, incoming, response).catch(() => response.destroy()); // the client went away
  return true;
}

async function send(
  promised: StreamedReply | Promise<StreamedReply>,
  incoming: IncomingMessage,
  response: ServerResponse,
): Promise<void> {
  const { status, headers, body } = await promised;
  incoming.resume(); // what was not read of the request
  response.writeHead(status, { ...headers });
  response.flushHeaders();
  await pipeline(Readable.from(body, { objectMode: false, highWaterMark: 64 * 1024 }), response);
}
