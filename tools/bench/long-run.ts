import type { Benchmark } from "./benchmark.ts";
import { startChild } from "./child.ts";
import type { LongRunFound, Sample } from "./long-run-child.ts";
import { grouped } from "./summarize.ts";

/** Milliseconds after which the server answers. */
const DELAYS = ["2", "5"];

/** The sample that has the most of something. */
function most(samples: readonly Sample[], what: (sample: Sample) => number): number {
  return Math.max(...samples.map(what));
}

/** Whether a great many events are delivered at the pace of the first ones; see `about`. */
export const longRun: Benchmark = {
  title: "Whether it stays fast with a great backlog",
  about: `Events that one process tracks as fast as the SQLite outbox takes them, while they are delivered to a server
that answers after 2 to 5 milliseconds and has no lack of allowance: a backlog builds up that is many times
what memory holds, and is worked off. Receipts are not kept. A row is a tenth of the events in the order
they were accepted: its pace, and what the process and the outbox's file had come to at the end of it, the
heap with garbage in it. The last row is the whole run with the maxima of all samples.

Tracking and delivery share the process while both go on, and a program that tracks without a pause leaves
little time for delivery: so the last tenth is compared with the first one of the run, and with the first
one that began after tracking had ended. Intercom's own allowance is far below these figures.`,
  async run({ events = 100_000 }) {
    const count = Math.ceil(events / 10) * 10;
    const server = await startChild("server.ts", DELAYS);
    const url = await server.ask<string>("url");
    const child = await startChild("long-run-child.ts", [url, String(count)]);
    const raw = await child.ask<LongRunFound>("run");
    child.end();
    server.end();
    const { tenths, samples } = raw;
    const paces = tenths.map((end, index) => count / 10 / (end - (tenths[index - 1] ?? 0)));
    const lastAs = (pace = Number.NaN): string => grouped((paces.at(-1) ?? 0) / pace, 2);
    const rows = tenths.map((end, index) => {
      const sample = samples.find(({ at }) => at >= end) ?? samples.at(-1);
      return {
        tenth: index + 1,
        "delivered/s": grouped(paces[index] ?? 0),
        "seconds since the start": grouped(end, 1),
        backlog: grouped((sample?.tracked ?? 0) - (sample?.accepted ?? 0)),
        "RSS, MB": grouped(sample?.rss ?? 0),
        "heap, MB": grouped(sample?.heap ?? 0),
        "file, MB": grouped(sample?.file ?? 0),
        "log, MB": grouped(sample?.log ?? 0),
      };
    });
    const all = {
      tenth: "all",
      "delivered/s": grouped(count / (tenths.at(-1) ?? 0)),
      "seconds since the start": grouped(tenths.at(-1) ?? 0, 1),
      backlog: grouped(most(samples, ({ tracked, accepted }) => tracked - accepted)),
      "RSS, MB": grouped(most(samples, ({ rss }) => rss)),
      "heap, MB": grouped(most(samples, ({ heap }) => heap)),
      "file, MB": grouped(most(samples, ({ file }) => file)),
      "log, MB": grouped(most(samples, ({ log }) => log)),
    };
    const options = {
      events: count,
      "tracked and stored per second": grouped(count / raw.trackedAfter),
      "CPU µs per event": grouped((raw.cpu * 1e6) / count, 1),
      "last tenth ÷ first": lastAs(paces[0]),
      "last tenth ÷ first after tracking": lastAs(
        paces[tenths.findIndex((end) => end >= raw.trackedAfter) + 1],
      ),
    };
    return { rows: [...rows, all], options };
  },
};
