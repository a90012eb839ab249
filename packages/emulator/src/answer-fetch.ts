import { setTimeout as sleep } from "node:timers/promises";
import { decodeBody } from "./decode-body.ts";
import type { Handlers } from "./http-server.ts";
import { controlPrefix } from "./loopback-guard.ts";
import { bodyLimit, firstHalf, notKept } from "./plain-message.ts";

// `new Response` refuses a body with these.
const bodiless = new Set([204, 205, 304]);

/** The handlers, and a signal that ends what is held back. */
export interface InProcess extends Handlers {
  readonly closing: AbortSignal;
}

/**
 * Answers a web `Request` without a network.
 * @throws TypeError for a connection that a fault resets, or that `closing` ends while the reply is held back; the
 * signal's reason when it aborts: as `fetch` does
 */
export async function answerFetch(inProcess: InProcess, request: Request): Promise<Response> {
  const { handle, closing } = inProcess;
  const streamed = await answerStreamed(inProcess, request);
  if (streamed) return streamed;
  const { origin, pathname, search } = new URL(request.url);
  const bytes = Buffer.from(await unlessBroken(inProcess, request, () => request.arrayBuffer()));
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
    const signal = AbortSignal.any([request.signal, closing]);
    await sleep(delayMs, undefined, { signal }).catch(() => request.signal.throwIfAborted());
    if (closing.aborted) throw brokenOff("fetch failed", closed());
  }
  if (!reply) throw brokenOff("fetch failed", resetByFault());
  const { status, headers } = reply;
  const isBodiless = request.method === "HEAD" || bodiless.has(status);
  // As bytes: text would be given a content type.
  const sent = breakOff ? brokenBody(reply.body) : new TextEncoder().encode(reply.body);
  return new Response(isBodiless ? null : sent, { status, headers });
}

/** The answer to a control request with a long body or reply; `undefined` for any other request. */
async function answerStreamed(inProcess: InProcess, request: Request): Promise<Response | undefined> {
  const { streamed, closing } = inProcess;
  const { pathname: path, search } = new URL(request.url);
  if (!path.startsWith(controlPrefix)) return undefined;
  const stop = new AbortController();
  const signal = AbortSignal.any([request.signal, stop.signal, closing]);
  const { method, body } = request;
  const query = search.slice(1);
  const reply = await unlessBroken(inProcess, request, async () =>
    streamed({ method, path, query, signal, body: body ?? noBytes() }),
  );
  if (!reply) return undefined;
  const { status, headers } = reply;
  const brokenBy = (): unknown => {
    if (request.signal.aborted) return request.signal.reason;
    return closing.aborted ? brokenOff("terminated", closed()) : undefined;
  };
  return new Response(streamOf(reply.body, { stop: () => stop.abort(), brokenBy }), { status, headers });
}

/** Those that are waited for. A request hears of its caller's signal by a weak reference, and nothing else holds it. */
const waitedFor = new Set<Request>();

/** What comes of a request's body, which may never end: the signal and `closing` end the wait for it. */
async function unlessBroken<T>({ closing }: InProcess, request: Request, read: () => Promise<T>): Promise<T> {
  const { signal } = request;
  const signals = [signal, closing];
  const reason = (): unknown => (signal.aborted ? signal.reason : brokenOff("fetch failed", closed()));
  // Since `fetch` was called, which is not told any more.
  if (signals.some(({ aborted }) => aborted)) throw reason();
  waitedFor.add(request);
  let stop = (): void => undefined;
  const broken = new Promise<never>((_, reject) => {
    stop = () => reject(reason());
  });
  for (const each of signals) each.addEventListener("abort", stop);
  try {
    return await Promise.race([read(), broken]);
  } finally {
    for (const each of signals) each.removeEventListener("abort", stop);
    waitedFor.delete(request);
  }
}

/** What `fetch` says where a connection ends before its time. */
const brokenOff = (message: string, cause: Error): TypeError => new TypeError(message, { cause });

const resetByFault = (): Error => new Error("connection reset by a fault");
const closed = (): Error => new Error("the emulator was closed");

/** A body that fails half-way, with what `fetch` says then. */
function brokenBody(body: string): ReadableStream<Uint8Array> {
  async function* halfOf(): AsyncGenerator<string> {
    yield firstHalf(body);
    throw brokenOff("terminated", resetByFault());
  }
  return streamOf(halfOf());
}

async function* noBytes(): AsyncGenerator<Uint8Array> {}

/** What a stream does besides handing on. */
interface StreamContext {
  /** Called when nobody reads it any more. */
  stop?(): void;
  /** Says what has ended it before its end, if anything has. */
  brokenBy?(): unknown;
}

function streamOf(pieces: AsyncIterable<string>, context: StreamContext = {}): ReadableStream<Uint8Array> {
  const iterator = pieces[Symbol.asyncIterator]();
  const encoder = new TextEncoder();
  return new ReadableStream<Uint8Array>({
    async pull(controller) {
      const { done, value } = await iterator.next();
      const reason = context.brokenBy?.();
      if (reason !== undefined) controller.error(reason);
      else if (done) controller.close();
      else controller.enqueue(encoder.encode(value));
    },
    async cancel() {
      context.stop?.();
      await iterator.return?.();
    },
  });
}
