import { type Client, createClient, monetaryAmount } from "@intercom-events/core";
import { createRelay } from "@intercom-events/relay";

interface Env {
  readonly INTERCOM_ACCESS_TOKEN: string;
  /** Intercom itself, unless it is set. */
  readonly INTERCOM_BASE_URL?: string;
}

interface Context {
  waitUntil(work: Promise<unknown>): void;
}

function answer(request: Request, client: Client): Response | Promise<Response> {
  const { pathname } = new URL(request.url);
  if (pathname === "/intercom/events") {
    const relay = createRelay({
      client,
      // Stands for your sessions: look up who is logged in, and never believe a name that a page can set.
      identify({ headers }) {
        const user = /(?:^|; )user=(\w+)/.exec(headers.get("cookie") ?? "")?.[1];
        return user === undefined ? null : { userId: user };
      },
      events: ["viewed-pricing"],
      rate: false, // A Worker forgets what it has counted: use a rate limiting rule of Cloudflare.
    });
    return relay.fetch(request);
  }
  if (pathname === "/orders" && request.method === "POST") {
    client.track({
      userId: "314159",
      eventName: "placed-order",
      metadata: { order_date: new Date(), price: monetaryAmount.fromDecimal("349.99", "eur") },
    });
    return new Response(null, { status: 201 });
  }
  return new Response(null, { status: 404 });
}

export default {
  async fetch(request: Request, env: Env, context: Context): Promise<Response> {
    // For this request alone: a Worker lets no request use the connections and timers of another.
    const client = createClient({
      token: env.INTERCOM_ACCESS_TOKEN,
      baseUrl: env.INTERCOM_BASE_URL,
      transport: ({ url, ...init }) => fetch(url, { ...init, redirect: "manual" }),
      warn: console.warn,
    });
    try {
      return await answer(request, client);
    } finally {
      // The caller has its answer while the events are delivered.
      context.waitUntil(client.close());
    }
  },
};
