import type { IncomingMessage, ServerResponse } from "node:http";
import type { Http2ServerRequest, Http2ServerResponse } from "node:http2";
import { A_FUNCTION, AN_OBJECT, check, checkOptions, hasMethods } from "./check-options.ts";
import type { Relay } from "./create-relay.ts";
import { refuse } from "./refusal.ts";
import { replyRefusing } from "./replies.ts";
import { errorReporterOf } from "./report-error.ts";
import { toWebRequest } from "./to-web-request.ts";

/** A request of `node:http`, with what body parsers and frameworks add to it. */
export interface NodeRequest extends IncomingMessage {
  /** What a body parser has made of the body. */
  readonly body?: unknown;
  /** The body as it came, where a framework keeps it. */
  readonly rawBody?: unknown;
  /** The address before a router took off where the handler is mounted. */
  readonly originalUrl?: string | undefined;
}

/** What `toNodeHandler` takes besides the relay. */
export interface NodeHandlerOptions<Context, Incoming> {
  /**
   * Returns what `identify` needs of the request beyond its headers, such as the session that a middleware
   * has found. Never what a page can choose: not its body.
   * @default nothing
   */
  readonly context?: ((request: Incoming) => Context) | undefined;
}

type NodeIncoming = IncomingMessage | Http2ServerRequest;
type NodeOutgoing = ServerResponse | Http2ServerResponse;

const TASK = "mount relay";

const A_RELAY = { expected: "a relay", fits: (value: unknown) => hasMethods(value, "fetch") };

/** Milliseconds that a request may go on after it was answered. */
const LINGER = 1000;

/**
 * Makes a handler for `node:http`, `node:https`, `node:http2` and Express of a relay. A body that a parser has read
 * before is taken from `request.rawBody` or `request.body`.
 *
 * @throws {TypeError} naming what is not a relay, or not an option
 * @example
 * createServer(toNodeHandler(relay)).listen(3000);
 * app.all("/intercom/events", toNodeHandler(relay)); // Express
 */
export function toNodeHandler<
  Context = unknown,
  Incoming extends IncomingMessage | Http2ServerRequest = NodeRequest | Http2ServerRequest,
>(
  relay: Relay<Context>,
  options: NodeHandlerOptions<Context, Incoming> = {},
): (request: Incoming, response: ServerResponse | Http2ServerResponse) => void {
  const answer = createNodeAnswer(relay, options);
  const { context } = options;
  return (request, response) => answer(request, response, context && (() => context(request)));
}

/**
 * Makes what answers a request of Node.js, with the context that is its own.
 *
 * @param options checked, and not used
 * @throws {TypeError}
 */
export function createNodeAnswer<Context>(
  relay: Relay<Context>,
  options: object,
): (request: NodeIncoming, response: NodeOutgoing, context: (() => Context) | undefined) => Promise<void> {
  check(TASK, "relay", relay, A_RELAY);
  check(TASK, "options", options, AN_OBJECT);
  checkOptions(TASK, options, { context: A_FUNCTION });
  const report = errorReporterOf(relay);

  async function answer(request: NodeIncoming, context: (() => Context) | undefined): Promise<Response> {
    const to = { now: Date.now(), crossOrigin: undefined };
    try {
      const webRequest = toWebRequest(request);
      if (!webRequest) return replyRefusing(refuse("invalid_request", "The request cannot be read"), to);
      const given = context?.();
      // Where nobody waits for it, as the request is refused before, a rejection would end the process.
      if (isPromise(given)) given.catch(() => undefined);
      return await relay.fetch(webRequest, given);
    } catch (error) {
      report(error, "request"); // Of `context`, or of what stands in for a relay.
      return replyRefusing(refuse("unavailable"), to);
    }
  }

  return async (request, response, context) => {
    const reply = await answer(request, context);
    const body = await reply.text();
    // A middleware with a time limit may have answered meanwhile, and to answer again would throw.
    if (response.headersSent) return;
    response.statusCode = reply.status;
    reply.headers.forEach((value, name) => {
      response.setHeader(name, value);
    });
    // Who still sends would take a closed connection for a failure, and not read the answer.
    if (!request.complete) hangUpSoon(request, response);
    else if (request.isPaused()) request.resume(); // Somebody else may listen to what the relay has not read.
    response.end(body);
  };
}

/** Once the answer has left, takes what still comes for a while, and then no more. */
function hangUpSoon(request: NodeIncoming, response: NodeOutgoing): void {
  // A response of HTTP/2 has finished when its stream has closed, which is what is waited for here.
  const stream = "stream" in response ? response.stream : undefined;
  (stream ?? response).once("finish", () => {
    request.resume();
    // To close a stream takes nothing back of the answer: https://www.rfc-editor.org/rfc/rfc9113#section-8.1-6
    const timer = setTimeout(() => (stream ? stream.close() : request.destroy()), LINGER);
    timer.unref();
    request.once("close", () => clearTimeout(timer));
  });
}

/**
 * Whether it is a promise, also one of another realm or, beside zone.js, of an async function. What is merely like one may
 * be a query that is asked each time somebody waits for it, so that is left to `identify`.
 */
function isPromise(given: unknown): given is Promise<unknown> {
  return Object.prototype.toString.call(given) === "[object Promise]";
}
