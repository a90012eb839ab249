import { join } from "node:path";
import type { BacklogQuestion, Drained, Filled } from "./backlog-child.ts";
import type { Benchmark } from "./benchmark.ts";
import { barOf } from "./chart.ts";
import { type Child, startChild } from "./child.ts";
import { grouped, median, spread } from "./summarize.ts";
import { temporaryFolder } from "./temporary-folder.ts";

const OUTBOXES = ["memory", "durable"] as const;

/** One backlog. */
interface Case {
  readonly outbox: (typeof OUTBOXES)[number];
  readonly events: number;
  readonly found: (Filled & { readonly drain: number; readonly restart: number })[];
}

const megabytes = (bytes: number): number => bytes / 2 ** 20;
const ask = <Answer>(child: Child, question: BacklogQuestion): Promise<Answer> => child.ask<Answer>(question);

async function measure({ outbox, events, found }: Case, folder: string): Promise<void> {
  const server = await startChild("server.ts", ["held"]);
  const url = await server.ask<string>("url");
  const file = outbox === "durable" ? [join(folder, `${events}-${found.length}.db`)] : [];
  // Without this process's own options, which point at the sources.
  const start = (): Promise<Child> => startChild("backlog-child.ts", [url, ...file], ["--expose-gc"]);
  const first = await start();
  const filled = await ask<Filled>(first, { task: "fill", events });
  // A backlog in a file is delivered by the next process, one in memory by the one that has it.
  if (outbox === "durable") {
    await ask(first, { task: "close" });
    first.end();
  }
  await server.ask("open");
  const second = outbox === "durable" ? await start() : first;
  const { rate, first: restart } = await ask<Drained>(second, { task: "drain", events });
  second.end();
  server.end();
  found.push({ ...filled, drain: rate, restart: outbox === "durable" ? restart : Number.NaN });
}

/** What a backlog takes; see `about`. */
export const backlog: Benchmark = {
  title: "What a backlog takes",
  about: `A process tracks so many events as fast as it can, 500 in one go, while the server does not answer; a durable
outbox has committed them before the next come. "peak RSS" is by how much the process had grown when it was largest,
"live heap" what of that is in use after garbage was collected, and "disk" the outbox's file with its log. Then the
server answers at once: "delivered/s" is the pace until the backlog is gone, or for five seconds.

The packages are as they are published (built, not from their sources), and Node.js has its default options. It loads
undici for the first event, which is most of what 1,000 events take. Of a great durable backlog memory holds 2,000
events to be delivered, the last 5,000 to 10,000 to be compared with new ones, and 2 MB of SQLite's pages. The rest of
"peak RSS" is room that V8 takes for new objects and garbage it has not collected, which depends on the machine:
\`--max-semi-space-size\` and \`--max-old-space-size\` bound it.

With "durable", the process closes its client and ends, and another one opens the file and delivers: "restart"
is the time from the start of that process, with Node.js and all imports, to its first accepted event. The medians of
three runs, which take turns.`,
  async run({ rounds = 3, sizes = [1000, 10_000, 100_000, 1_000_000] }) {
    const folder = temporaryFolder();
    const raw: Case[] = OUTBOXES.flatMap((outbox) => sizes.map((events) => ({ outbox, events, found: [] })));
    for (let round = 0; round < rounds; round += 1) {
      for (const one of raw) await measure(one, folder);
    }
    const rows = raw.map(({ outbox, events, found }) => {
      const of = (what: keyof (typeof found)[number]): number[] => found.map((one) => one[what]);
      return {
        outbox,
        events: grouped(events),
        "tracked/s": grouped(median(of("rate"))),
        "their spread": spread(of("rate")),
        "peak RSS, MB": grouped(megabytes(median(of("rss"))), 1),
        "its spread": spread(of("rss").map(megabytes), 1),
        "live heap, MB": grouped(megabytes(median(of("heap"))), 1),
        "disk, MB": outbox === "durable" ? grouped(megabytes(median(of("disk"))), 1) : "–",
        "delivered/s": grouped(median(of("drain"))),
        "spread of those": spread(of("drain")),
        "restart, ms": outbox === "durable" ? grouped(median(of("restart"))) : "–",
      };
    });
    const groups = sizes.map((events) => ({
      name: `${grouped(events)} events`,
      bars: raw
        .filter((one) => one.events === events)
        .map(({ outbox, found }) =>
          barOf(
            outbox === "memory" ? "@intercom-events/node" : "@intercom-events/node, durable",
            found.map(({ rss }) => megabytes(rss)),
            { digits: 1 },
          ),
        ),
    }));
    const chart = {
      title: "Memory that a backlog takes",
      axis: "MB by which the process had grown at its largest",
      groups,
    };
    return { rows, options: { rounds }, chart };
  },
};
