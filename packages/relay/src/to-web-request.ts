import type { IncomingMessage } from "node:http";
import type { TLSSocket } from "node:tls";
import type { NodeRequest } from "./to-node-handler.ts";

/** The request as the web knows it; `undefined` if it is none there. */
export function toWebRequest(request: IncomingMessage): Request | undefined {
  const { method = "GET", headers, socket } = request;
  const { originalUrl = request.url ?? "/" } = request as NodeRequest;
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

function headersOf({ headers }: IncomingMessage): Headers {
  const copy = new Headers();
  for (const [name, value] of Object.entries(headers)) {
    if (name.startsWith(":")) continue; // Those of HTTP/2 are no headers on the web.
    for (const one of [value ?? []].flat()) copy.append(name, one);
  }
  return copy;
}

/** The body as it comes, or what a parser has made of it; `undefined` if that is kept nowhere. */
function bodyOf(request: NodeRequest): BodyInit | undefined {
  if (!request.readableDidRead) return streamOf(request);
  for (const body of [request.rawBody, request.body]) {
    if (typeof body === "string") return body;
    if (body instanceof Uint8Array) return new Uint8Array(body);
    if (typeof body === "object" && body !== null) return JSON.stringify(body);
  }
  return undefined;
}

/** A stream that holds the sender back, and leaves the connection open when it is cancelled. */
function streamOf(request: IncomingMessage): ReadableStream<Uint8Array> {
  let stop = (): void => undefined;
  return new ReadableStream<Uint8Array>({
    start(controller) {
      const onData = (chunk: Uint8Array): void => {
        controller.enqueue(chunk);
        if ((controller.desiredSize ?? 0) <= 0) request.pause();
      };
      const onEnd = (): void => {
        stop();
        controller.close();
      };
      const onClose = (): void => {
        stop();
        controller.error(new Error("The request broke off"));
      };
      stop = () => {
        request.off("data", onData).off("end", onEnd).off("close", onClose);
        request.pause();
      };
      request
        .on("data", onData)
        .on("end", onEnd)
        .on("close", onClose)
        .on("error", () => undefined);
      request.pause();
    },
    pull() {
      request.resume();
    },
    cancel() {
      stop();
    },
  });
}
