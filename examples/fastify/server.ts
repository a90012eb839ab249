import { closeOnSignal, createClient, monetaryAmount, sqliteOutbox } from "@intercom-events/node";
import { createRelay } from "@intercom-events/relay";
import { toFastifyPlugin } from "@intercom-events/relay/node";
import fastify from "fastify";

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

const app = fastify();
app.register(toFastifyPlugin(relay), { prefix: "/intercom/events" });

app.post("/orders", (_request, reply) => {
  client.track({
    userId: "314159",
    eventName: "placed-order",
    metadata: { order_date: new Date(), price: monetaryAmount.fromDecimal("349.99", "eur") },
  });
  reply.code(201).send(); // The event is delivered meanwhile.
});

const url = await app.listen({ port: Number(process.env.PORT ?? 3000), host: "127.0.0.1" });
console.log(`listening on ${url}`);

// Requests first: a closed client takes no more events.
closeOnSignal({
  async close(options) {
    await app.close();
    return client.close(options);
  },
});
