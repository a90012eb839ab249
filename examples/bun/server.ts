import { closeOnSignal, createClient, monetaryAmount } from "@intercom-events/node";
import { createRelay } from "@intercom-events/relay";

const client = createClient({
  token: process.env.INTERCOM_ACCESS_TOKEN ?? "",
  baseUrl: process.env.INTERCOM_BASE_URL, // Intercom itself, unless it is set.
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

function placeOrder(): Response {
  client.track({
    userId: "314159",
    eventName: "placed-order",
    metadata: { order_date: new Date(), price: monetaryAmount.fromDecimal("349.99", "eur") },
  });
  return new Response(null, { status: 201 }); // The event is delivered meanwhile.
}

const server = Bun.serve({
  hostname: "127.0.0.1",
  port: Number(process.env.PORT ?? 3000),
  fetch(request: Request): Response | Promise<Response> {
    const { pathname } = new URL(request.url);
    if (pathname === "/intercom/events") return relay.fetch(request);
    if (pathname === "/orders" && request.method === "POST") return placeOrder();
    return new Response(null, { status: 404 });
  },
});
console.log(`listening on ${server.url}`);

// Requests first: a closed client takes no more events.
closeOnSignal({
  async close(options) {
    await server.stop();
    return client.close(options);
  },
});
