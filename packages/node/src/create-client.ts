import {
  type AnyEvent,
  type Client,
  type ClientOptions,
  createClient as createCoreClient,
} from "@intercom-events/core";
import { createNodeTransport } from "./transport.ts";

/** What `createClient` takes on Node.js. */
export interface NodeClientOptions extends ClientOptions {
  /** Milliseconds an idle connection is kept open for the next event. @default 4000 */
  readonly keepAlive?: number | undefined;
}

/**
 * Makes a client that sends data events to Intercom from Node.js, over keep-alive connections.
 *
 * @typeParam Catalog the events there may be, with their metadata; any without it
 * @throws {TypeError} naming the option that is wrong and what was expected
 * @example
 * const client = createClient({ token: process.env.INTERCOM_ACCESS_TOKEN });
 * client.track({
 *   userId: "314159",
 *   eventName: "placed-order",
 *   metadata: { order_date: new Date(), price: monetaryAmount(34999, "eur") },
 * });
 * await client.close();
 */
export function createClient<Catalog extends object = AnyEvent>(options: NodeClientOptions): Client<Catalog> {
  const { keepAlive = 4000, ...coreOptions } = Object(options) as NodeClientOptions;
  if (!Number.isSafeInteger(keepAlive) || keepAlive < 0) {
    throw new TypeError(`Cannot create client: "keepAlive" must be milliseconds, got ${typeof keepAlive}`);
  }
  const transport = createNodeTransport({
    connections: coreOptions.concurrency ?? 32,
    keepAlive: Math.max(keepAlive, 1),
  });
  return createCoreClient<Catalog>({
    userAgent: "intercom-events-node",
    warn: (message) => console.warn(message),
    ...coreOptions,
    transport: transport.send,
    release: transport.close,
  });
}
