import { createClient, monetaryAmount, richLink } from "@intercom-events/node";

const client = createClient({
  token: process.env.INTERCOM_ACCESS_TOKEN ?? "",
  baseUrl: process.env.INTERCOM_BASE_URL, // Intercom itself, unless it is set.
});

const outcome = await client.track({
  userId: "314159",
  eventName: "placed-order",
  metadata: {
    order_date: new Date(),
    price: monetaryAmount.fromDecimal("349.99", "eur"),
    order_number: richLink("https://example.org/orders/3434", "3434"),
  },
});
console.log(outcome); // { status: "accepted", attempts: 1, requestId: "…" }

const { pending } = await client.close();
if (outcome.status !== "accepted" || pending > 0) process.exitCode = 1;
