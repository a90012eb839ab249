import { type MonetaryAmount, monetaryAmount } from "@intercom-events/core";

/** The access token of all benchmarks. */
export const TOKEN = "bench-token";

/** The name of the event that all benchmarks send. */
export const EVENT_NAME = "placed-order";

/** The metadata of an event as our client takes it: four values, with a date and an amount. */
export function metadataOf(index: number): {
  order_number: number;
  item: string;
  order_date: Date;
  price: MonetaryAmount;
} {
  return {
    order_number: index,
    item: "Teapot, blue",
    order_date: new Date(1_392_036_272_000 + index),
    price: monetaryAmount(34999, "eur"),
  };
}

/** The same event as Intercom takes it. */
export function wireEventOf(index: number): {
  user_id: string;
  event_name: string;
  created_at: number;
  metadata: Record<string, unknown>;
} {
  return {
    user_id: `user-${index}`,
    event_name: EVENT_NAME,
    created_at: Math.floor(Date.now() / 1000),
    metadata: {
      order_number: index,
      item: "Teapot, blue",
      order_date: Math.floor((1_392_036_272_000 + index) / 1000),
      price: { amount: 34999, currency: "eur" },
    },
  };
}
