import { setTimeout as sleep } from "node:timers/promises";
import type { Handler } from "./create-handler.ts";
import { bodyLimit, notKept } from "./plain-message.ts";

// `new Response` refuses a body with these.
const bodiless = new Set([204, 205, 304]);

/**
 * Answers a web `Request` without a network.
 * @throws TypeError for a connection that a fault resets, the signal's reason when it aborts: as `fetch` does
 */
export async function answerFetch(handle: Handler, request: Request): Promise<Response> {
  const { origin, pathname, search } = new URL(request.url);
  const body = await request.text();
  request.signal.throwIfAborted();
  const authorization = request.headers.get("authorization");
  const { reply, breakOff, delayMs } = handle({
    method: request.method,
    origin,
    path: pathname,
    query: search.slice(1),
    headers: {
      accept: "*/*", // fetch adds it on the wire
      ...Object.fromEntries(request.headers),
      ...(authorization !== null && { authorization: notKept }),
    },
    authorization: authorization ?? undefined,
    body: Buffer.byteLength(body) > bodyLimit ? undefined : body,
  });
  if (delayMs > 0) {
    await sleep(delayMs, undefined, { signal: request.signal }).catch(() => request.signal.throwIfAborted());
  }
  if (!reply || breakOff)
    throw new TypeError("fetch failed", { cause: new Error("connection reset by a fault") });
  // "" would be given a content type.
  return new Response(bodiless.has(reply.status) || reply.body === "" ? null : reply.body, {
    status: reply.status,
    headers: reply.headers,
  });
}
