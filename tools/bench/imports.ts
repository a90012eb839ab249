import type { Benchmark } from "./benchmark.ts";
import { barOf } from "./chart.ts";
import { startChild } from "./child.ts";
import type { ImportFound } from "./import-child.ts";
import { grouped, median, spread } from "./summarize.ts";

/** What is imported, one after the other. */
const PACKAGES: Readonly<Record<string, readonly string[]>> = {
  "@intercom-events/core": ["@intercom-events/core"],
  "@intercom-events/node": ["@intercom-events/node"],
  "@intercom-events/node and undici": ["@intercom-events/node", "undici"],
  "@intercom-events/relay": ["@intercom-events/relay"],
  "@intercom-events/browser": ["@intercom-events/browser"],
  "intercom-client": ["intercom-client"],
  "posthog-node": ["posthog-node"],
  "@segment/analytics-node": ["@segment/analytics-node"],
  "@amplitude/analytics-node": ["@amplitude/analytics-node"],
  "@rudderstack/rudder-sdk-node": ["@rudderstack/rudder-sdk-node"],
};

const megabytes = (bytes: number): number => bytes / 2 ** 20;

/** What it takes to load a package; see `about`. */
export const imports: Benchmark = {
  title: "What it takes to load a package",
  about: `\`await import(…)\` of each package in a Node.js process that has loaded nothing else, with files that the system
has read before: the milliseconds until it is there, by how much the process has grown, and what of that is
on the heap once garbage is collected. Ours are as they are published (built, not from their sources).
\`@intercom-events/node\` loads undici when a client sends its first event: a row has both. The packages take turns, and each round is a
new process.`,
  async run({ rounds = 11 }) {
    const raw: Record<string, ImportFound[]> = Object.fromEntries(
      Object.keys(PACKAGES).map((name) => [name, []]),
    );
    for (let round = -1; round < rounds; round += 1) {
      for (const [name, found] of Object.entries(raw)) {
        // Without this process's own options, which point at the sources.
        const child = await startChild("import-child.ts", PACKAGES[name], ["--expose-gc"]);
        const one = await child.ask<ImportFound>("import");
        child.end();
        if (round >= 0) found.push(one); // The first round only reads the files.
      }
    }
    const rows = Object.entries(raw).map(([name, found]) => ({
      package: name,
      "time, ms": grouped(median(found.map(({ time }) => time)), 1),
      "spread of rounds": spread(
        found.map(({ time }) => time),
        1,
      ),
      "RSS, MB": grouped(megabytes(median(found.map(({ rss }) => rss))), 1),
      "heap, MB": grouped(megabytes(median(found.map(({ heap }) => heap))), 1),
    }));
    const bars = Object.entries(raw).map(([name, found]) =>
      barOf(
        name,
        found.map(({ time }) => time),
        { digits: 1 },
      ),
    );
    const chart = { title: "Import of a package", axis: "ms until it is loaded", groups: [{ bars }] };
    return { rows, options: { rounds }, chart };
  },
};
