import { join } from "node:path";
import type { paths } from "@intercom-events/core";
import { createClient, sqliteOutbox } from "@intercom-events/node";
import { IntercomClient } from "intercom-client";
import createFetchClient from "openapi-fetch";
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

/** Makes a client. @param concurrency how many events it is to send at the same time */
type CreateSender = (url: string, concurrency: number) => Sender;

function ours(baseUrl: string, concurrency: number, outbox?: ReturnType<typeof sqliteOutbox>): Sender {
  const client = createClient({ token: TOKEN, baseUrl, outbox, concurrency });
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

const HEADERS = {
  authorization: `Bearer ${TOKEN}`,
  "content-type": "application/json",
  accept: "application/json",
};

/** The clients, each given the address of a server. */
export const senders: Readonly<Record<string, CreateSender>> = {
  "undici.request": (url, concurrency) => {
    const dispatcher = new Agent({ connections: concurrency, pipelining: 1 });
    return {
      async send(index) {
        const body = JSON.stringify(wireEventOf(index));
        const reply = await request(`${url}/events`, {
          method: "POST",
          headers: HEADERS,
          body,
          dispatcher,
        });
        if (reply.statusCode !== 202) throw new Error(`status ${reply.statusCode}`);
        await reply.body.text();
      },
      close: () => dispatcher.close(),
    };
  },
  "@intercom-events/node": (url, concurrency) => ours(url, concurrency),
  "@intercom-events/node, durable": (url, concurrency) =>
    ours(url, concurrency, sqliteOutbox({ path: join(temporaryFolder(), "events.db") })),
  "openapi-fetch, global fetch": (url) => {
    const client = createFetchClient<paths>({ baseUrl: url, headers: HEADERS });
    return {
      async send(index) {
        // Its types are those of our spec. A 202 has no body, which is no JSON.
        const { response } = await client.POST("/events", {
          body: wireEventOf(index) as never,
          parseAs: "text",
        });
        if (response.status !== 202) throw new Error(`status ${response.status}`);
      },
      close: async () => undefined,
    };
  },
  "intercom-client": (url) => {
    const client = new IntercomClient({ token: TOKEN, environment: url });
    return {
      // Its types allow only strings as metadata; the shape on the wire is the same as above.
      send: (index) => client.events.create(wireEventOf(index) as never),
      close: async () => undefined,
    };
  },
};
