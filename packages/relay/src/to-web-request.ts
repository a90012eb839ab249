import type { IncomingMessage } from "node:http";
import type { Http2ServerRequest } from "node:http2";
import type { TLSSocket } from "node:tls";
import type { NodeRequest } from "./to-node-handler.ts";

/** A request of `node:http` or of `node:http2`, which have the same parts that are read here. */
type Incoming = IncomingMessage | Http2ServerRequest;

/** The request as the web knows it; `undefined` if it is none there. */
export function toWebRequest(request: Incoming): Request | undefined {
  const { method = "GET", headers, socket } = request;
  const { originalUrl = request.url ?? "/" } = request as Pick<NodeRequest, "originalUrl">;
  const host = headers[":authority"] ?? headers.host ?? "localhost";
  // Whoever names the host must not name a path or a user with it.
  if (typeof host !== "string" || !/^[\w.:[\]-]+$/.test(host)) return undefined;
  const protocol = (socket as Partial<TLSSocket>).encrypted ? "https" : "http";
  const path = originalUrl.startsWith("/") ? originalUrl : "/";
  const url = `${protocol}://${host}${path}`;
  try {
    const init = { method, headers: headersOf(request) };
    if (method === "GET" || method === "HEAD") return new Request(url, init);
    const body = bodyOf(request);
    // Without `duplex`, bodies that are streams are refused.
    const copy = new Request(url, { ...init, body: body ?? "", duplex: "half" } as RequestInit);
    if (body === undefined) void copy.text(); // The relay sees that it was read before, and says so.
    return copy;
  } catch {
    return undefined; // A method, or characters in an address, that requests of the web do not have.
  }
}

function headersOf({ headers }: Incoming): Headers {
  const copy = new Headers();
  for (const [name, value] of Object.entries(headers)) {
    if (name.startsWith(":")) continue; // Those of HTTP/2 are no headers on the web.
    for (const one of [value ?? []].flat()) copy.append(name, one);
  }
  return copy;
}

/** The body as it comes, or what a parser has made of it; `undefined` if that is kept nowhere. */
function bodyOf(request: Incoming): BodyInit | undefined {
  if (!request.readableDidRead) return streamOf(request);
  const parsed = request as Pick<NodeRequest, "rawBody" | "body">;
  for (const body of [parsed.rawBody, parsed.body]) {
    if (typeof body === "string") return body;
    if (body instanceof Uint8Array) return new Uint8Array(body);
    // One without keys is what some parsers leave of a type that they do not read.
    if (typeof body === "object" && Object.keys(body ?? {}).length > 0) return JSON.stringify(body);
  }
  return undefined;
}

/**
 * A stream that holds the sender back, and leaves the connection open when it is cancelled. A request that
 * nobody reads is not touched.
 */
function streamOf(request: Incoming): ReadableStream<Uint8Array> {
  let stop: (() => void) | undefined;
  return new ReadableStream<Uint8Array>(
    {
      // Where somebody listens already it flows, and what comes before the first pull would be missed.
      start() {
        if (!request.readableFlowing) return;
        request.pause();
        request.read(0); // Else Node.js 20 takes it that nobody reads it, and throws it away with the answer.
      },
      pull(controller) {
        if (request.destroyed) controller.error(BROKEN_OFF);
        stop ??= forward(request, controller);
        request.resume();
      },
      cancel: () => stop?.(),
    },
    { highWaterMark: 0 },
  );
}

const BROKEN_OFF = new Error("The request broke off");

/** Hands on what a request brings, until it is told to stop. */
function forward(request: Incoming, controller: ReadableStreamDefaultController<Uint8Array>): () => void {
  const onData = (chunk: Uint8Array | string): void => {
    // Text is what comes once a middleware has set an encoding, as good as always UTF-8.
    controller.enqueue(typeof chunk === "string" ? new TextEncoder().encode(chunk) : chunk);
    request.pause();
  };
  const onEnd = (): void => {
    stop();
    controller.close();
  };
  const onClose = (): void => {
    stop();
    controller.error(BROKEN_OFF);
  };
  const stop = (): void => {
    request.off("data", onData).off("end", onEnd).off("close", onClose);
    request.pause();
  };
  // What an error says, `close` says as well.
  request
    .on("data", onData)
    .on("end", onEnd)
    .on("close", onClose)
    .on("error", () => undefined);
  return stop;
}
