import { join } from "node:path";
import { createClient, sqliteOutbox } from "@intercom-events/node";
import { IntercomClient } from "intercom-client";
import { Agent, request } from "undici";
import { EVENT_NAME, metadataOf, TOKEN, wireEventOf } from "./sample-event.ts";
import { temporaryFolder } from "./temporary-folder.ts";

/** A client that sends events to Intercom. */
export interface Sender {
  /** Sends one event and waits for what becomes of it. @param index another one for each call */
  send(index: number): Promise<unknown>;
  /** Ends what it holds. */
  close(): Promise<unknown>;
}

/** How many events are sent at the same time. */
export const IN_FLIGHT = 64;

function ours(baseUrl: string, outbox?: ReturnType<typeof sqliteOutbox>): Sender {
  const client = createClient({ token: TOKEN, baseUrl, outbox, concurrency: IN_FLIGHT });
  return {
    async send(index) {
      // Another user for each event, or they would be moved to seconds of their own.
      const userId = `user-${index}`;
      const outcome = await client.track({ userId, eventName: EVENT_NAME, metadata: metadataOf(index) });
      if (outcome.status !== "accepted") throw new Error(JSON.stringify(outcome));
    },
    close: () => client.close(),
  };
}

/** The clients, each given the address of a server. */
export const senders: Readonly<Record<string, (url: string) => Sender>> = {
  "undici.request": (url) => {
    const dispatcher = new Agent({ connections: IN_FLIGHT, pipelining: 1 });
    const headers = {
      authorization: `Bearer ${TOKEN}`,
      "content-type": "application/json",
      accept: "application/json",
    };
    return {
      async send(index) {
        const body = JSON.stringify(wireEventOf(index));
        const reply = await request(`${url}/events`, { method: "POST", headers, body, dispatcher });
        if (reply.statusCode !== 202) throw new Error(`status ${reply.statusCode}`);
        await reply.body.text();
      },
      close: () => dispatcher.close(),
    };
  },
  "@intercom-events/node": (url) => ours(url),
  "@intercom-events/node, durable": (url) =>
    ours(url, sqliteOutbox({ path: join(temporaryFolder(), "events.db") })),
  "intercom-client": (url) => {
    const client = new IntercomClient({ token: TOKEN, environment: url });
    return {
      // Its types allow only strings as metadata; the shape on the wire is the same as above.
      send: (index) => client.events.create(wireEventOf(index) as never),
      close: async () => undefined,
    };
  },
};
