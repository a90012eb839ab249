import { join } from "node:path";
import { createClient, sqliteOutbox } from "@intercom-events/node";
import { EVENT_NAME, metadataOf, TOKEN, wireEventOf } from "./sample-event.ts";
import { temporaryFolder } from "./temporary-folder.ts";

/** A library whose tracking call is measured. */
export interface Tracker {
  /** Tracks one event. @param index another one for each call */
  track(index: number): void;
  /** Sends what was tracked, so that queues do not fill up. */
  settle(): Promise<unknown>;
}

/** Our client, with a user for each so many calls. */
function ours(baseUrl: string, callsPerUser: number, outbox?: ReturnType<typeof sqliteOutbox>): Tracker {
  const client = createClient({ token: TOKEN, baseUrl, outbox, warn: () => undefined });
  return {
    track(index) {
      const userId = `user-${Math.floor(index / callsPerUser)}`;
      client.track({ userId, eventName: EVENT_NAME, metadata: metadataOf(index) });
    },
    settle: () => client.flush(),
  };
}

/** The libraries, each given the address of a server that takes all it sends. */
export const trackers: Readonly<Record<string, (url: string) => Tracker | Promise<Tracker>>> = {
  "JSON.stringify alone": () => {
    let bodies: string[] = [];
    return {
      track: (index) => void bodies.push(JSON.stringify(wireEventOf(index))),
      async settle() {
        bodies = [];
      },
    };
  },
  "@intercom-events/node": (url) => ours(url, 1),
  "@intercom-events/node, durable": (url) =>
    ours(url, 1, sqliteOutbox({ path: join(temporaryFolder(), "events.db") })),
  "@intercom-events/node, ten events of a user at once": (url) => ours(url, 10),
  "@intercom-events/node, all events of one user": (url) => ours(url, Number.POSITIVE_INFINITY),
  "posthog-node": async (host) => {
    const { PostHog } = await import("posthog-node");
    const client = new PostHog(TOKEN, { host });
    return {
      track: (index) =>
        client.capture({ distinctId: `user-${index}`, event: EVENT_NAME, properties: metadataOf(index) }),
      settle: () => client.flush(),
    };
  },
  "@segment/analytics-node": async (host) => {
    const { Analytics } = await import("@segment/analytics-node");
    const analytics = new Analytics({ writeKey: TOKEN, host });
    return {
      track: (index) =>
        analytics.track({ userId: `user-${index}`, event: EVENT_NAME, properties: metadataOf(index) }),
      settle: () => analytics.flush(),
    };
  },
  "@amplitude/analytics-node": async (url) => {
    const { createInstance, Types } = await import("@amplitude/analytics-node");
    const client = createInstance();
    await client.init(TOKEN, { serverUrl: `${url}/2/httpapi`, logLevel: Types.LogLevel.None }).promise;
    return {
      track: (index) => void client.track(EVENT_NAME, metadataOf(index), { user_id: `user-${index}` }),
      settle: () => client.flush().promise,
    };
  },
  "@rudderstack/rudder-sdk-node": async (dataPlaneUrl) => {
    const { default: Analytics } = await import("@rudderstack/rudder-sdk-node");
    const client = new Analytics(TOKEN, { dataPlaneUrl });
    const { queue } = client as unknown as { readonly queue: readonly unknown[] };
    return {
      track: (index) =>
        client.track({ userId: `user-${index}`, event: EVENT_NAME, properties: metadataOf(index) as never }),
      async settle() {
        // One sends 20 events; with none left it waits for those under way.
        while (queue.length > 0) await client.flush();
        await client.flush();
      },
    };
  },
};
