import { channel } from "node:diagnostics_channel";
import {
  type AnyEvent,
  type Client,
  type ClientOptions,
  createClient as createCoreClient,
  type GivenCatalog,
  splitRuntimeOptions,
} from "@intercom-events/core";
import { flushOnExit } from "./flush-on-exit.ts";
import { nodeClock } from "./node-clock.ts";
import { OuterContext } from "./outer-context.ts";
import { createNodeTransport } from "./transport.ts";

/** What `createClient` takes on Node.js. */
export interface NodeClientOptions extends ClientOptions {
  /** Milliseconds an idle connection is kept open for the next event. @default 4000 */
  readonly keepAlive?: number | undefined;
  /**
   * Milliseconds that a process with nothing else to do waits for events without an outcome, once; 0
   * for none. A process that is ended by a signal or by `process.exit` does not: see `closeOnSignal`.
   * @default 10000
   */
  readonly exitTimeout?: number | undefined;
}

/**
 * Makes a client that sends data events to Intercom from Node.js, over keep-alive connections.
 *
 * @typeParam Catalog the events there may be, with their metadata; any without it
 * @throws {TypeError} naming the option that is wrong and what was expected
 * @example
 * const client = createClient({ token: process.env.INTERCOM_ACCESS_TOKEN! });
 * client.track({
 *   userId: "314159",
 *   eventName: "placed-order",
 *   metadata: { order_date: new Date(), price: monetaryAmount(34999, "eur") },
 * });
 * await client.close();
 */
export function createClient<Catalog extends GivenCatalog = AnyEvent>(
  options: NodeClientOptions,
): Client<Catalog> {
  const { own, core } = splitRuntimeOptions(options, { keepAlive: 4000, exitTimeout: 10_000 });
  const { keepAlive, exitTimeout } = own;
  let endFlush = (): void => undefined;
  const { warn = (message: string) => console.warn(message) } = core;
  const transport = createNodeTransport({
    connections: core.concurrency ?? 64,
    keepAlive: Math.max(keepAlive, 1),
    warn,
  });
  const inner = createCoreClient<Catalog>({
    userAgent: "intercom-events-node",
    clock: nodeClock,
    channel: (name) => channel(`intercom-events:${name}`),
    ...core,
    warn,
    transport: transport.send,
    release() {
      endFlush();
      return transport.close();
    },
  });
  const client: Client<Catalog> = {
    ...inner,
    // What it is told of comes about in the context of whichever request has last set the queue going.
    on: (name, listener) =>
      inner.on(name, typeof listener === "function" ? new OuterContext().bind(listener) : listener),
  };
  if (exitTimeout > 0)
    endFlush = flushOnExit({ client, timeout: exitTimeout, hasOutbox: Boolean(options.outbox), warn });
  return client;
}
