import { createClient, sqliteOutbox } from "@intercom-events/node";
import { createRelay } from "@intercom-events/relay";
import { toNodeHandler } from "@intercom-events/relay/node";
import type { Plugin } from "vite";

/** Stands for your backend: adds the relay to Vite's own servers. The token stays here, in Node. */
export function relayPlugin(): Plugin {
  const handleEvents = () => {
    const client = createClient({
      token: process.env.INTERCOM_ACCESS_TOKEN ?? "",
      baseUrl: process.env.INTERCOM_BASE_URL, // Intercom itself, unless it is set.
      outbox: sqliteOutbox({ path: "intercom-events.db" }), // Events outlive the process.
    });
    const relay = createRelay({
      client,
      identify: () => ({ userId: "314159" }), // Stands for your sessions: look up who is logged in.
      events: ["viewed-tea-pot", "placed-order"],
    });
    return toNodeHandler(relay);
  };
  return {
    name: "relay",
    configureServer: ({ middlewares }) => void middlewares.use("/intercom/events", handleEvents()),
    configurePreviewServer: ({ middlewares }) => void middlewares.use("/intercom/events", handleEvents()),
  };
}
