import { Agent, request } from "undici";
import type { Benchmark } from "./benchmark.ts";
import { barOf } from "./chart.ts";
import { type Child, startChild } from "./child.ts";
import { EVENT_NAME, wireEventOf } from "./sample-event.ts";
import { grouped, median, spread } from "./summarize.ts";

const HANDLERS = ["node:http", "node:http and track", "@intercom-events/relay"] as const;

/** Events of one request. */
const BATCHES = [1, 10];

/** Requests at the same time. */
const IN_FLIGHT = 32;

/** What one request took, in microseconds. */
interface RelayRound {
  readonly cpu: number;
  readonly wall: number;
}

/** One handler's rounds with batches of one size. */
interface Case {
  readonly handler: (typeof HANDLERS)[number];
  readonly batch: number;
  readonly found: RelayRound[];
}

let caller = 0;

/** What a page of the same origin sends. */
function bodyOf(batch: number): string {
  const { created_at: now, metadata } = wireEventOf(caller);
  const events = Array.from({ length: batch }, (_, index) => ({
    event_name: EVENT_NAME,
    created_at: now - index, // Seconds of their own, as Intercom keeps one event of each.
    metadata,
  }));
  return JSON.stringify({ events });
}

/** Sends requests to a backend. @throws {Error} when one is not answered with 200 */
async function send(url: string, requests: number, batch: number): Promise<void> {
  const dispatcher = new Agent({ connections: IN_FLIGHT, pipelining: 1 });
  const { origin } = new URL(url);
  let left = requests;
  const loops = Array.from({ length: IN_FLIGHT }, async () => {
    while (left > 0) {
      left -= 1;
      const headers = { origin, "content-type": "text/plain;charset=UTF-8", cookie: `user=${caller++}` };
      const reply = await request(url, { method: "POST", headers, body: bodyOf(batch), dispatcher });
      const text = await reply.body.text();
      if (reply.statusCode !== 200 || text.split('"accepted"').length !== batch + 1) {
        throw new Error(`${reply.statusCode} ${text}`);
      }
    }
  });
  await Promise.all(loops);
  await dispatcher.close();
}

async function measure(child: Child, requests: number, batch: number): Promise<RelayRound> {
  const url = await child.ask<string>("url");
  const cpuBefore = await child.ask<number>("cpu");
  const before = performance.now();
  await send(url, requests, batch);
  const wall = ((performance.now() - before) * 1000) / requests;
  return { cpu: ((await child.ask<number>("cpu")) - cpuBefore) / requests, wall };
}

/** What a relay costs its backend; see `about`. */
export const relay: Benchmark = {
  title: "What a relay costs its backend",
  about: `Requests of pages to a backend on \`node:http\`, ${IN_FLIGHT} at a time, and the CPU time of its process for each of
them. "node:http" is the least it could do: it reads the body, parses it and answers for each event. "and track"
hands the events to our client too, and believes all they say. \`@intercom-events/relay\` does that, checks origin,
type, size and shape, and asks who the caller is. Each has a process of its own; they take turns. Nothing is
delivered meanwhile (Intercom's side does not answer), as \`delivered\` has what that costs. Requests are made by
this process, which takes a core.`,
  async run({ rounds = 5, events = 10_000 }) {
    const intercom = await startChild("server.ts", ["never"]);
    const intercomUrl = await intercom.ask<string>("url");
    const children = new Map<string, Child>();
    for (const handler of HANDLERS) {
      children.set(handler, await startChild("relay-child.ts", [handler, intercomUrl]));
    }
    const raw: Case[] = BATCHES.flatMap((batch) =>
      HANDLERS.map((handler) => ({ handler, batch, found: [] })),
    );
    for (let round = -1; round < rounds; round += 1) {
      for (const { handler, batch, found } of raw) {
        const child = children.get(handler);
        const one = child && (await measure(child, Math.ceil(events / batch), batch));
        if (round >= 0 && one) found.push(one); // The first round only warms up.
      }
    }
    for (const child of [intercom, ...children.values()]) child.end();
    const rows = raw.map(({ handler, batch, found }) => ({
      handler,
      "events a request": batch,
      "requests per second": grouped(1e6 / median(found.map(({ wall }) => wall))),
      "CPU µs per request": grouped(median(found.map(({ cpu }) => cpu)), 1),
      "spread of rounds": spread(
        found.map(({ cpu }) => cpu),
        1,
      ),
    }));
    const groups = BATCHES.map((batch) => ({
      name: batch === 1 ? "one event a request" : `${batch} events a request`,
      bars: raw
        .filter((one) => one.batch === batch)
        .map(({ handler, found }) =>
          barOf(
            handler,
            found.map(({ wall }) => 1e6 / wall),
          ),
        ),
    }));
    const chart = { title: "Requests a relay answers", axis: "requests per second", groups };
    return { rows, options: { rounds, "events a round": events }, chart };
  },
};
