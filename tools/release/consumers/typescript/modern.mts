import { type Client, createClient as createCoreClient, type Transport } from "@intercom-events/core";
import { createEmulator, type StoredEvent } from "@intercom-events/emulator";
import { createClient, type MonetaryAmount, monetaryAmount, type Outcome } from "@intercom-events/node";
import { createRelay } from "@intercom-events/relay";
import { toNodeHandler } from "@intercom-events/relay/node";

type Catalog = { "placed-order": { price: MonetaryAmount }; "logged-in": Record<never, never> };

const client = createClient<Catalog>({ token: "token", region: "eu", retry: { attempts: 3 } });
const outcome: Outcome = await client.track({
  userId: "314159",
  eventName: "placed-order",
  metadata: { price: monetaryAmount.fromDecimal("349.99", "eur") },
});
createClient({ token: "token" }).track({
  userId: "314159",
  eventName: "read-article",
  metadata: { article: new URL("https://example.org/articles/7") },
});
if (outcome.status === "rejected") console.log(outcome.verdict.kind);
// @ts-expect-error: the catalogue knows no such event
client.track({ userId: "314159", eventName: "placed-ordre", metadata: {} });
// @ts-expect-error: a contact is named by one of its ids
client.track({ eventName: "logged-in" });

const transport: Transport = (request) => fetch(request.url, { ...request, redirect: "manual" });
const plain: Client = createCoreClient({ token: "token", transport });
export const handler = toNodeHandler(
  createRelay({ client: plain, identify: () => ({ userId: "314159" }), events: "any" }),
);
export const stored: readonly StoredEvent[] = createEmulator().events();
