/** A client with more to send than it may: `node tools/bench/goodput-child.ts <client> <server> <events>`. */
import { randomUUID } from "node:crypto";
import { createClient } from "@intercom-events/node";
import { IntercomClient } from "intercom-client";
import { answer } from "./child.ts";
import { EVENT_NAME, metadataOf, TOKEN, wireEventOf } from "./sample-event.ts";

/** Calls of `intercom-client` at the same time: as many as our client makes by default. */
const IN_FLIGHT = 32;

const [name, url = "", events] = process.argv.slice(2);
/** Events that were given up. */
let lost = 0;
const prefix = randomUUID();

function trackAll(): void {
  const client = createClient({ token: TOKEN, baseUrl: url, queue: { maxEvents: Number(events) } });
  client.on("outcome", ({ outcome }) => {
    if (outcome.status !== "accepted") lost += 1;
  });
  for (let index = 0; index < Number(events); index += 1) {
    client.track({ userId: `${prefix}-${index}`, eventName: EVENT_NAME, metadata: metadataOf(index) });
  }
}

async function createAll(): Promise<void> {
  const client = new IntercomClient({ token: TOKEN, environment: url });
  let next = 0;
  await Promise.all(
    Array.from({ length: IN_FLIGHT }, async () => {
      while (next < Number(events)) {
        const event = { ...wireEventOf(next), user_id: `${prefix}-${next++}` };
        // It repeats a refused call by itself, and throws once it gives up.
        await client.events.create(event as never).catch(() => (lost += 1));
      }
    }),
  );
}

answer((question: "start" | "lost") => {
  if (question === "start") void (name === "intercom-client" ? createAll() : trackAll());
  return lost;
});
