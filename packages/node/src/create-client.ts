import { channel } from "node:diagnostics_channel";
import {
  type AnyEvent,
  type Client,
  type ClientOptions,
  createClient as createCoreClient,
} from "@intercom-events/core";
import { flushOnExit } from "./flush-on-exit.ts";
import { nodeClock } from "./node-clock.ts";
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
export function createClient<Catalog extends object = AnyEvent>(options: NodeClientOptions): Client<Catalog> {
  // Core says what was expected: of a text, such as a token, only the letters would be left here.
  if (typeof options !== "object" || options === null) return createCoreClient<Catalog>(options);
  const { keepAlive = 4000, exitTimeout = 10_000, ...coreOptions } = options;
  checkMilliseconds("keepAlive", keepAlive);
  checkMilliseconds("exitTimeout", exitTimeout);
  refuseTransport(coreOptions);
  let stay = (): void => undefined;
  const { warn = (message: string) => console.warn(message) } = coreOptions;
  const transport = createNodeTransport({
    connections: coreOptions.concurrency ?? 32,
    keepAlive: Math.max(keepAlive, 1),
    warn,
  });
  const client = createCoreClient<Catalog>({
    userAgent: "intercom-events-node",
    clock: nodeClock,
    channel: (name) => channel(`intercom-events:${name}`),
    runtimeOptions: ["keepAlive", "exitTimeout"],
    ...coreOptions,
    warn,
    transport: transport.send,
    release() {
      stay();
      return transport.close();
    },
  });
  if (exitTimeout > 0) stay = flushOnExit({ client, timeout: exitTimeout, warn });
  return client;
}

/** Core takes them, and the compiler does not know them: what a program gives would be passed over. */
function refuseTransport(options: object): void {
  for (const name of ["transport", "release"]) {
    if (name in options)
      throw new TypeError(
        `Cannot create client: "${name}" must be left out; a client with another one is made by @intercom-events/core`,
      );
  }
}

function checkMilliseconds(name: string, value: unknown): void {
  if (Number.isSafeInteger(value) && (value as number) >= 0) return;
  const found = typeof value === "number" ? `number ${value}` : typeof value;
  throw new TypeError(`Cannot create client: "${name}" must be whole milliseconds, 0 or more, got ${found}`);
}
