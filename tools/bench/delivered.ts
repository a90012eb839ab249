import type { Benchmark } from "./benchmark.ts";
import { barOf } from "./chart.ts";
import { startChild } from "./child.ts";
import type { DeliveredQuestion, DeliveredRound } from "./delivered-child.ts";
import { senders } from "./senders.ts";
import { grouped, median, spread } from "./summarize.ts";

/** The rounds of one client with so many events in flight. */
interface Case {
  readonly client: string;
  readonly inFlight: number;
  readonly found: DeliveredRound[];
}

const cpuOf = ({ found }: Case): number[] => found.map(({ cpu }) => cpu);
const wallOf = ({ found }: Case): number[] => found.map(({ wall }) => wall);

/** CPU time of delivered events; see `about`. */
export const delivered: Benchmark = {
  title: "What a delivered event costs",
  about: `CPU time of the client's process (all its threads, user and system) for each event that was sent and
answered, so many at a time, against a loopback server in a process of its own that answers at once.
Each client runs in a process of its own; the rounds of all clients take turns. "undici.request" is the
least a client on top of undici can cost: it only makes a body and sends it. "durable" has an outbox in a
SQLite file, with the default sync mode. "openapi-fetch, global fetch" is the client that the spec's types
give by themselves, without queue, retries or pacing. Events per second of wall time depend on the server as
well, which takes one of the cores. "of undici.request" is the share of its events per CPU second.

Over TLS, which Intercom needs, each row would cost more by about the same amount.`,
  async run({ rounds = 11, events = 5000, inFlight = [1, 16, 64, 256] }) {
    const server = await startChild("server.ts");
    const url = await server.ask<string>("url");
    const clients = Object.keys(senders);
    const children = new Map(
      await Promise.all(
        clients.map(async (name) => [name, await startChild("delivered-child.ts", [name, url])] as const),
      ),
    );
    const raw: Case[] = inFlight.flatMap((count) =>
      clients.map((client) => ({ client, inFlight: count, found: [] })),
    );
    for (let round = -1; round < rounds; round += 1) {
      for (const { client, inFlight: count, found } of raw) {
        const question: DeliveredQuestion = { events, inFlight: count };
        const one = await children.get(client)?.ask<DeliveredRound>(question);
        if (round >= 0 && one) found.push(one); // The first round only warms up.
      }
    }
    for (const child of [server, ...children.values()]) child.end();
    const least = (count: number): Case | undefined =>
      raw.find((one) => one.client === "undici.request" && one.inFlight === count);
    const rows = raw.map((one) => {
      const bare = least(one.inFlight) ?? one;
      return {
        client: one.client,
        "in flight": one.inFlight,
        "CPU µs per event": grouped(median(cpuOf(one)), 1),
        "spread of rounds": spread(cpuOf(one), 1),
        "events per CPU second": grouped(1e6 / median(cpuOf(one))),
        "of undici.request": grouped(median(cpuOf(bare)) / median(cpuOf(one)), 2),
        "events per second": grouped(1e6 / median(wallOf(one))),
      };
    });
    const groups = inFlight.map((count) => ({
      name: `${count} in flight`,
      bars: raw
        .filter((one) => one.inFlight === count)
        .map((one) =>
          barOf(
            one.client,
            cpuOf(one).map((cpu) => 1e6 / cpu),
          ),
        ),
    }));
    const chart = { title: "Delivered events per CPU second", axis: "events per second of CPU time", groups };
    return { rows, options: { rounds, events }, chart };
  },
};
