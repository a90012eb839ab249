/** Sends events over connections that break: `node tools/bench/losses-child.ts <client> <server> <server of batches>`. */
import { setTimeout } from "node:timers/promises";
import { createClient } from "@intercom-events/node";
import { Analytics } from "@segment/analytics-node";
import { IntercomClient } from "intercom-client";
import { answer } from "./child.ts";
import { EVENT_NAME, metadataOf, TOKEN, wireEventOf } from "./sample-event.ts";

/** Events that are sent at the same time: as many as our client sends by default. */
const IN_FLIGHT = 64;

/** Milliseconds until a program calls `intercom-client` again, and how often it does. */
const PAUSE = 1000;
const CALLS = 10;

/** Sends so many events, and resolves to the numbers of those that are said to have failed. */
type SendAll = (events: number) => Promise<number[]>;

const [name = "", url = "", batchUrl = ""] = process.argv.slice(2);

async function trackAll(events: number): Promise<number[]> {
  await using client = createClient({ token: TOKEN, baseUrl: url, warn: () => undefined });
  const outcomes = await Promise.all(
    Array.from({ length: events }, (_, index) =>
      client.track({ userId: `user-${index}`, eventName: EVENT_NAME, metadata: metadataOf(index) }),
    ),
  );
  return outcomes.flatMap(({ status }, index) => (status === "accepted" ? [] : [index]));
}

/** @param calls how often the program calls for one event at most, each time with the time of the call */
async function createAll(events: number, calls: number): Promise<number[]> {
  const client = new IntercomClient({ token: TOKEN, environment: url });
  const failed: number[] = [];
  let next = 0;
  async function create(index: number, left: number): Promise<void> {
    try {
      await client.events.create(wireEventOf(index) as never);
    } catch {
      if (left <= 1) return void failed.push(index);
      await setTimeout(PAUSE);
      await create(index, left - 1);
    }
  }
  const loops = Array.from({ length: IN_FLIGHT }, async () => {
    while (next < events) await create(next++, calls);
  });
  await Promise.all(loops);
  return failed;
}

async function trackWithSegment(events: number): Promise<number[]> {
  const analytics = new Analytics({ writeKey: TOKEN, host: batchUrl });
  const failed: number[] = [];
  analytics.on("error", () => undefined); // Each call's own callback has it as well.
  for (let index = 0; index < events; index += 1) {
    const event = { userId: `user-${index}`, event: EVENT_NAME, properties: metadataOf(index) };
    analytics.track(event, (error) => {
      if (error) failed.push(index);
    });
  }
  await analytics.closeAndFlush();
  return failed;
}

const ways: Readonly<Record<string, SendAll>> = {
  "@intercom-events/node": trackAll,
  "intercom-client": (events) => createAll(events, 1),
  "intercom-client, called again": (events) => createAll(events, CALLS),
  "@segment/analytics-node": trackWithSegment,
};

answer((events: number) => ways[name]?.(events));
