import { createClient, sqliteOutbox } from "@intercom-events/node";

/** The one client of this server. */
export const client = createClient({
  token: () => process.env.INTERCOM_ACCESS_TOKEN ?? "", // A function, as a build has none.
  baseUrl: process.env.INTERCOM_BASE_URL, // Intercom itself, unless it is set.
  outbox: sqliteOutbox({ path: "intercom-events.db" }), // Events outlive the process.
});
