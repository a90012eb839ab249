/** A client with more to send than it may: `node tools/bench/goodput-child.ts <client> <server> <events> <share>`. */
import { randomUUID } from "node:crypto";
import { createClient } from "@intercom-events/node";
import Bottleneck from "bottleneck";
import { IntercomClient } from "intercom-client";
import PQueue from "p-queue";
import { answer } from "./child.ts";
import { EVENT_NAME, metadataOf, TOKEN, wireEventOf } from "./sample-event.ts";

/** Calls of `intercom-client` at the same time: as many as our client makes by default. */
const IN_FLIGHT = 64;

/** Milliseconds of a rate window of Intercom. */
const WINDOW = 10_000;

const [name = "", url = "", events, share] = process.argv.slice(2);
/** Events that were given up. */
let lost = 0;
const prefix = randomUUID();

function trackAll(): void {
  const queue = { maxEvents: Number(events) };
  // It is ended in the middle of its backlog, of which nothing is to be said.
  const client = createClient({ token: TOKEN, baseUrl: url, queue, exitTimeout: 0 });
  client.on("outcome", ({ outcome }) => {
    if (outcome.status !== "accepted") lost += 1;
  });
  for (let index = 0; index < Number(events); index += 1) {
    client.track({ userId: `${prefix}-${index}`, eventName: EVENT_NAME, metadata: metadataOf(index) });
  }
}

/** Creates events one by one: each call takes the next. It repeats a refused call by itself, and throws once it gives up. */
function startCreating(): () => Promise<unknown> {
  const client = new IntercomClient({ token: TOKEN, environment: url });
  let next = 0;
  return () => {
    const event = { ...wireEventOf(next), user_id: `${prefix}-${next++}` };
    return client.events.create(event as never).catch(() => (lost += 1));
  };
}

function createInLoop(): void {
  const create = startCreating();
  for (let call = 0; call < IN_FLIGHT; call += 1) {
    void (async () => {
      for (let left = Number(events) / IN_FLIGHT; left > 0; left -= 1) await create();
    })();
  }
}

/** As many calls in ten seconds as this process may make. */
function createInQueue(): void {
  const create = startCreating();
  const queue = new PQueue({ concurrency: IN_FLIGHT, intervalCap: Number(share), interval: WINDOW });
  for (let left = Number(events); left > 0; left -= 1) void queue.add(create);
}

/** The same with a reservoir that is filled up every ten seconds. */
function createBehindBottleneck(): void {
  const create = startCreating();
  const limiter = new Bottleneck({
    maxConcurrent: IN_FLIGHT,
    reservoir: Number(share),
    reservoirRefreshAmount: Number(share),
    reservoirRefreshInterval: WINDOW,
  });
  for (let left = Number(events); left > 0; left -= 1) void limiter.schedule(create);
}

const starts: Readonly<Record<string, () => void>> = {
  "@intercom-events/node": trackAll,
  "intercom-client": createInLoop,
  "intercom-client, p-queue": createInQueue,
  "intercom-client, bottleneck": createBehindBottleneck,
};

answer((question: "start" | "lost") => {
  if (question === "start") starts[name]?.();
  return lost;
});
