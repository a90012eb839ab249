import type { IncomingMessage, ServerResponse } from "node:http";
import type { Relay } from "./create-relay.ts";
import { createNodeAnswer, type NodeHandlerOptions } from "./to-node-handler.ts";

/** What the plugin uses of a Fastify request. */
export interface FastifyIncoming {
  /** The request of `node:http`. */
  readonly raw: IncomingMessage;
}

/** What the plugin uses of a Fastify reply. */
export interface FastifyOutgoing {
  /** The response of `node:http`. */
  readonly raw: ServerResponse;
  /** Leaves the answer to the handler. */
  hijack(): unknown;
}

/** A route as Fastify takes it. */
export interface FastifyRoute<Incoming> {
  /** Those that a relay answers. */
  readonly method: ("POST" | "OPTIONS")[];
  /** Below the prefix. */
  readonly url: string;
  /** Answers a request. */
  readonly handler: (request: Incoming, reply: FastifyOutgoing) => void;
}

/** What the plugin uses of Fastify: of the part that is its own. */
export interface FastifyScope<Incoming> {
  /** Forgets the parsers that would read the body. */
  removeAllContentTypeParsers(): unknown;
  /** Adds one that leaves it alone. */
  addContentTypeParser(
    contentType: string,
    parser: (request: Incoming, payload: IncomingMessage, done: (error: null) => void) => void,
  ): unknown;
  /** Adds a route. */
  route(route: FastifyRoute<Incoming>): unknown;
}

/**
 * Makes a Fastify plugin of a relay. The body is left to the relay and its bounds, in this plugin alone.
 *
 * @throws {TypeError} naming what is not a relay, or not an option
 * @example
 * app.register(toFastifyPlugin(relay), { prefix: "/intercom/events" });
 */
export function toFastifyPlugin<Context = unknown, Incoming extends FastifyIncoming = FastifyIncoming>(
  relay: Relay<Context>,
  options: NodeHandlerOptions<Context, Incoming> = {},
): (scope: FastifyScope<Incoming>, options: object, done: () => void) => void {
  const answer = createNodeAnswer(relay, options);
  const { context } = options;
  return (scope, _options, done) => {
    scope.removeAllContentTypeParsers();
    scope.addContentTypeParser("*", (_request, _payload, parsed) => parsed(null));
    scope.route({
      method: ["POST", "OPTIONS"],
      url: "/",
      handler(request, reply) {
        reply.hijack();
        void answer(request.raw, reply.raw, context && (() => context(request)));
      },
    });
    done();
  };
}
