/**
 * Mounts a relay in `node:http`, Express and Fastify.
 *
 * @example
 * app.all("/intercom/events", toNodeHandler(relay));
 * @module @intercom-events/relay/node
 */
export {
  type FastifyIncoming,
  type FastifyOutgoing,
  type FastifyRoute,
  type FastifyScope,
  toFastifyPlugin,
} from "./to-fastify-plugin.ts";
export { type NodeHandlerOptions, type NodeRequest, toNodeHandler } from "./to-node-handler.ts";
