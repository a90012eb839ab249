import { createClient, monetaryAmount, richLink } from "@intercom-events/node";
import { serverEvents } from "./events.ts";
import { type Assignment, type RuntimeReport, sendEvents } from "./send-events.ts";

/** Sends the events from this process, with the package as it was built. */
export async function sendFromNode({ token, baseUrl, ...occasion }: Assignment): Promise<RuntimeReport> {
  const client = createClient({ token, baseUrl });
  const sent = await sendEvents(client, serverEvents({ monetaryAmount, richLink }, occasion));
  return { version: process.versions.node, sent };
}
