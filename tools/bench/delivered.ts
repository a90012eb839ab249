import type { Benchmark } from "./benchmark.ts";
import { startChild } from "./child.ts";
import type { DeliveredRound } from "./delivered-child.ts";
import { IN_FLIGHT, senders } from "./senders.ts";
import { grouped, median, spread } from "./summarize.ts";

/** CPU time of delivered events; see `about`. */
export const delivered: Benchmark = {
  title: "What a delivered event costs",
  about: `CPU time of the client's process (all its threads, user and system) for each event that was sent and
answered, ${IN_FLIGHT} at a time, against a loopback server in a process of its own that answers at once.
Each client runs in a process of its own; the rounds of all clients take turns. "undici.request" is the
least a client on top of undici can cost: it only makes a body and sends it. "durable" has an outbox in a
SQLite file, with the default sync mode. Events per second of wall time depend on the server as well, which
takes one of the cores.

Over TLS, which Intercom needs, each row would cost more by about the same amount.`,
  async run({ rounds = 7, events = 10_000 }) {
    const server = await startChild("server.ts");
    const url = await server.ask<string>("url");
    const names = Object.keys(senders);
    const children = await Promise.all(
      names.map(async (name) => [name, await startChild("delivered-child.ts", [name, url])] as const),
    );
    const raw: Record<string, DeliveredRound[]> = {};
    for (let round = -1; round < rounds; round += 1) {
      for (const [name, child] of children) {
        const found = await child.ask<DeliveredRound>(events);
        if (round >= 0) raw[name] = [...(raw[name] ?? []), found]; // The first round only warms up.
      }
    }
    for (const [, child] of children) child.end();
    server.end();
    const cpuOf = (name: string): number[] => (raw[name] ?? []).map(({ cpu }) => cpu);
    const least = median(cpuOf("undici.request"));
    const rows = names.map((client) => {
      const cpu = cpuOf(client);
      return {
        client,
        "CPU µs per event": grouped(median(cpu), 1),
        "spread of rounds": spread(cpu, 1),
        "events per CPU second": grouped(1e6 / median(cpu)),
        "times undici.request": grouped(median(cpu) / least, 2),
        "events per second": grouped(1e6 / median((raw[client] ?? []).map(({ wall }) => wall))),
      };
    });
    return { rows, options: { rounds, events }, raw };
  },
};
