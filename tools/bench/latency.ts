import type { Benchmark } from "./benchmark.ts";
import { type Bar, barOf } from "./chart.ts";
import { startChild } from "./child.ts";
import type { LatencyRound } from "./latency-child.ts";
import { senders } from "./senders.ts";
import { grouped, median, spread } from "./summarize.ts";

/** How long one event takes; see `about`. */
export const latency: Benchmark = {
  title: "How long one event takes",
  about: `Microseconds from the call until the promise it answered is fulfilled (with ours: the receipt, so the
outcome), one event after the other over a connection that is open, against the server of \`delivered\`.
Median and 99th percentile are over the events of a round, then the median over rounds, which take turns.
On a network, its round trip comes on top of every row. "durable" writes the event to its file before it is
sent.`,
  async run({ rounds = 7, events = 2000 }) {
    const server = await startChild("server.ts");
    const url = await server.ask<string>("url");
    const children = await Promise.all(
      Object.keys(senders).map(async (name) => ({
        name,
        child: await startChild("latency-child.ts", [name, url]),
        found: [] as LatencyRound[],
      })),
    );
    for (let round = -1; round < rounds; round += 1) {
      for (const { child, found } of children) {
        const one = await child.ask<LatencyRound>(events);
        if (round >= 0) found.push(one); // The first round only warms up.
      }
    }
    for (const { child } of children) child.end();
    server.end();
    const rows = children.map(({ name, found }) => ({
      client: name,
      "median, µs": grouped(median(found.map(({ p50 }) => p50))),
      "spread of rounds": spread(found.map(({ p50 }) => p50)),
      "99th percentile, µs": grouped(median(found.map(({ p99 }) => p99))),
      "its spread": spread(found.map(({ p99 }) => p99)),
    }));
    const barsOf = (what: keyof LatencyRound): Bar[] =>
      children.map(({ name, found }) =>
        barOf(
          name,
          found.map((one) => one[what]),
        ),
      );
    const groups = [
      { name: "median", bars: barsOf("p50") },
      { name: "99th percentile", bars: barsOf("p99") },
    ];
    const chart = { title: "How long one event takes", axis: "µs from the call to the outcome", groups };
    return { rows, options: { rounds, events }, chart };
  },
};
