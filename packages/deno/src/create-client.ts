import {
  type AnyEvent,
  type Client,
  type ClientOptions,
  createClient as createCoreClient,
  type GivenCatalog,
  splitRuntimeOptions,
} from "@intercom-events/core";
import { denoClock } from "./deno-clock.ts";
import { findDiagnosticsChannel } from "./diagnostics-channel.ts";
import { flushOnExit } from "./flush-on-exit.ts";
import { createDenoTransport } from "./transport.ts";

/** What `createClient` takes on Deno. */
export interface DenoClientOptions extends ClientOptions {
  /**
   * Milliseconds that a program with nothing else to do waits for events without an outcome, once; 0
   * for none. A program that is ended by a signal or by `Deno.exit` does not: see `closeOnSignal`.
   * @default 10000
   */
  readonly exitTimeout?: number | undefined;
}

/**
 * Makes a client that sends data events to Intercom from Deno.
 *
 * @typeParam Catalog the events there may be, with their metadata; any without it
 * @throws {TypeError} naming the option that is wrong and what was expected
 * @example
 * ```ts
 * import { createClient, monetaryAmount } from "@intercom-events/deno";
 *
 * await using client = createClient({ token: Deno.env.get("INTERCOM_ACCESS_TOKEN")! });
 * client.track({
 *   userId: "314159",
 *   eventName: "placed-order",
 *   metadata: { order_date: new Date(), price: monetaryAmount(34999, "eur") },
 * });
 * ```
 */
export function createClient<Catalog extends GivenCatalog = AnyEvent>(
  options: DenoClientOptions,
): Client<Catalog> {
  const { own, core } = splitRuntimeOptions(options, { exitTimeout: 10_000 });
  const { exitTimeout } = own;
  const transport = createDenoTransport(core.concurrency ?? 64);
  const { warn = (message: string) => console.warn(message) } = core;
  const channel = findDiagnosticsChannel();
  let endFlush = (): void => undefined;
  const client = createCoreClient<Catalog>({
    userAgent: "intercom-events-deno",
    clock: denoClock,
    ...(channel && { channel: (name: string) => channel(`intercom-events:${name}`) }),
    ...core,
    warn,
    transport: transport.send,
    release() {
      endFlush();
      transport.close();
    },
  });
  if (exitTimeout > 0)
    endFlush = flushOnExit({ client, timeout: exitTimeout, hasOutbox: Boolean(options.outbox), warn });
  return client;
}
