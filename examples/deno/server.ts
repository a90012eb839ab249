import { closeOnSignal, createClient, denoKvOutbox, monetaryAmount } from "@intercom-events/deno";
import { createRelay } from "@intercom-events/relay";

const client = createClient({
  token: Deno.env.get("INTERCOM_ACCESS_TOKEN") ?? "",
  baseUrl: Deno.env.get("INTERCOM_BASE_URL"), // Intercom itself, unless it is set.
  outbox: denoKvOutbox({ path: "./intercom-events.kv" }), // Events outlive the process.
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

// Deno prints where it listens.
const server = Deno.serve(
  { hostname: "127.0.0.1", port: Number(Deno.env.get("PORT") ?? 3000) },
  (request) => {
    const { pathname } = new URL(request.url);
    if (pathname === "/intercom/events") return relay.fetch(request);
    if (pathname === "/orders" && request.method === "POST") return placeOrder();
    return new Response(null, { status: 404 });
  },
);

// Requests first: a closed client takes no more events.
closeOnSignal({
  async close(options) {
    await server.shutdown();
    return client.close(options);
  },
});
