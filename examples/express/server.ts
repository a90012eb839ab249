import { closeOnSignal, createClient, monetaryAmount, sqliteOutbox } from "@intercom-events/node";
import { createRelay } from "@intercom-events/relay";
import { toNodeHandler } from "@intercom-events/relay/node";
import express from "express";

const client = createClient({
  token: process.env.INTERCOM_ACCESS_TOKEN ?? "",
  baseUrl: process.env.INTERCOM_BASE_URL, // Intercom itself, unless it is set.
  outbox: sqliteOutbox({ path: "intercom-events.db" }), // Events outlive the process.
});

const relay = createRelay({
  client,
  // Stands for your sessions: look up who is logged in, and never believe a name that a page can set.
  identify(request) {
    const user = /(?:^|; )user=(\w+)/.exec(request.headers.get("cookie") ?? "")?.[1];
    return user === undefined ? null : { userId: user };
  },
  events: ["viewed-pricing"],
});

const app = express();
app.all("/intercom/events", toNodeHandler(relay)); // Before body parsers.
app.use(express.json());

app.post("/orders", (_request, response) => {
  client.track({
    userId: "314159",
    eventName: "placed-order",
    metadata: { order_date: new Date(), price: monetaryAmount.fromDecimal("349.99", "eur") },
  });
  response.sendStatus(201); // The event is delivered meanwhile.
});

const server = app.listen(Number(process.env.PORT ?? 3000), "127.0.0.1", () => {
  const address = server.address();
  console.log(`listening on http://127.0.0.1:${typeof address === "object" && address?.port}`);
});

// Requests first: a closed client takes no more events.
closeOnSignal({
  async close(options) {
    await new Promise((resolve) => server.close(resolve));
    return client.close(options);
  },
});
