import { setTimeout as sleep } from "node:timers/promises";
import { decodeBody } from "./decode-body.ts";
import type { Doors } from "./http-server.ts";
import { controlPrefix } from "./loopback-guard.ts";
import { bodyLimit, notKept } from "./plain-message.ts";

// `new Response` refuses a body with these.
const bodiless = new Set([204, 205, 304]);

/**
 * Answers a web `Request` without a network.
 * @throws TypeError for a connection that a fault resets, the signal's reason when it aborts: as `fetch` does
 */
export async function answerFetch({ handle, streamed }: Doors, request: Request): Promise<Response> {
  const { origin, pathname, search } = new URL(request.url);
  if (pathname.startsWith(controlPrefix)) {
    const stop = new AbortController();
    const signal = AbortSignal.any([request.signal, stop.signal]);
    const { method, body } = request;
    const query = search.slice(1);
    const reply = await streamed({ method, path: pathname, query, signal, body: body ?? noBytes() });
    if (reply) {
      const { status, headers } = reply;
      return new Response(
        streamOf(reply.body, () => stop.abort()),
        { status, headers },
      );
    }
  }
  const bytes = Buffer.from(await request.arrayBuffer());
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
    ...decodeBody(bytes.length > bodyLimit ? undefined : bytes),
  });
  if (delayMs > 0) {
    await sleep(delayMs, undefined, { signal: request.signal }).catch(() => request.signal.throwIfAborted());
  }
  if (!reply || breakOff)
    throw new TypeError("fetch failed", { cause: new Error("connection reset by a fault") });
  const isBodiless = request.method === "HEAD" || bodiless.has(reply.status);
  // "" would be given a content type.
  return new Response(isBodiless || reply.body === "" ? null : reply.body, {
    status: reply.status,
    headers: reply.headers,
  });
}

async function* noBytes(): AsyncGenerator<Uint8Array> {}

function streamOf(pieces: AsyncIterable<string>, stop: () => void): ReadableStream<Uint8Array> {
  const iterator = pieces[Symbol.asyncIterator]();
  const encoder = new TextEncoder();
  return new ReadableStream<Uint8Array>({
    async pull(controller) {
      const { done, value } = await iterator.next();
      if (done) controller.close();
      else controller.enqueue(encoder.encode(value));
    },
    async cancel() {
      stop();
      await iterator.return?.();
    },
  });
}
