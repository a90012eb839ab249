"use server";

import { monetaryAmount } from "@intercom-events/node";
import { client } from "../lib/client.ts";

/** A server action: the event of an order is tracked where the order is made. */
export async function order(): Promise<void> {
  await client.track({
    userId: "314159",
    eventName: "placed-order",
    metadata: { order_date: new Date(), price: monetaryAmount.fromDecimal("349.99", "eur") },
  }).stored; // The outbox has it, and it is delivered meanwhile.
}
