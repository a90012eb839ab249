import {
  type AnyEvent,
  type Client,
  type ClientOptions,
  createClient as createCoreClient,
} from "@intercom-events/core";
import { createDenoTransport } from "./transport.ts";

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
export function createClient<Catalog extends object = AnyEvent>(options: ClientOptions): Client<Catalog> {
  const transport = createDenoTransport(options?.concurrency ?? 32);
  try {
    return createCoreClient<Catalog>({
      userAgent: "intercom-events-deno",
      warn: (message) => console.warn(message),
      ...options,
      transport: transport.send,
      release: transport.close,
    });
  } catch (error) {
    transport.close();
    throw error;
  }
}
