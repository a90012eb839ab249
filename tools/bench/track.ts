import type { Benchmark } from "./benchmark.ts";
import { barOf } from "./chart.ts";
import { startChild } from "./child.ts";
import { grouped, median, spread } from "./summarize.ts";
import type { TrackRound } from "./track-child.ts";
import { trackers } from "./trackers.ts";

/** So many rounds' calls come before the first round: code that runs seldom is slow, and libraries settle at different times. */
const WARM_UP = 4;

/** What the tracking call itself costs; see `about`. */
export const track: Benchmark = {
  title: "What `track` costs its caller",
  about: `Nanoseconds from calling \`track\` (\`capture\`, …) until it returns, making the event with its id, name and
four metadata values included: what a request handler pays. Each library runs in a process of its own with
its default options, and sends to a loopback server that answers at once; between batches of 100 calls it
sends all it has. The rounds of all libraries take turns. Median and 95th percentile are over batches, then
the median over rounds; the spread is that of the rounds' medians.

"until the tick ends" adds what a library does as soon as the caller's code has ended, before anything else: ours
makes the requests' bodies then, and looks for events that Intercom would merge. What it puts off until later
still (sending, and writing to disk) is not in these figures; \`delivered\` has that for ours. The libraries do
not do the same in the call: ours checks and encodes each value, and others do part of that later. "JSON.stringify alone" is the least any could do
that makes a body in the call. The rows with several events of one user are those where our client looks for
a free second, as Intercom keeps one event of a contact, name and second; the last of them is the worst
case. \`@rudderstack/rudder-sdk-node\` adds up the size of all it has queued in each call.`,
  async run({ rounds = 7, events = 5000 }) {
    const server = await startChild("server.ts");
    const url = await server.ask<string>("url");
    const children = new Map(
      await Promise.all(
        Object.keys(trackers).map(
          async (name) => [name, await startChild("track-child.ts", [name, url])] as const,
        ),
      ),
    );
    const raw: Record<string, TrackRound[]> = {};
    for (let round = -1; round < rounds; round += 1) {
      for (const [name, child] of children) {
        const found = await child.ask<TrackRound>(round < 0 ? WARM_UP * events : events);
        if (round >= 0) raw[name] = [...(raw[name] ?? []), found];
      }
    }
    for (const child of [server, ...children.values()]) child.end();
    const rows = Object.entries(raw).map(([library, found]) => {
      const medians = found.map((round) => round.median);
      return {
        library,
        "ns per call": grouped(median(medians)),
        "until the tick ends": grouped(median(found.map((round) => round.tick))),
        "95th percentile": grouped(median(found.map((round) => round.p95))),
        "spread of rounds": spread(medians),
      };
    });
    const bars = Object.entries(raw).map(([library, found]) =>
      barOf(
        library,
        found.map((round) => round.median),
      ),
    );
    const chart = {
      title: "What the tracking call costs its caller",
      axis: "ns per call",
      most: 10_000,
      groups: [{ bars }],
    };
    return { rows, options: { rounds, calls: events }, chart };
  },
};
