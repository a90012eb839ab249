import type { Findings, Row } from "./benchmark.ts";
import type { Machine } from "./machine.ts";

/** What is kept of a run, as JSON. */
export interface Result extends Findings {
  readonly machine: Machine;
  readonly peers: Readonly<Record<string, string>>;
}

/** A benchmark's part of the report. */
export interface Section {
  readonly name: string;
  readonly title: string;
  readonly about: string;
  /** Absent if it has not been run. */
  readonly result: Result | undefined;
}

const HEAD = `<!-- Written by \`pnpm bench\`; the words are in the benchmarks' files. -->

# Benchmarks

\`\`\`sh
pnpm bench                                   # all of them, less than 25 minutes
pnpm bench --quick                           # whether they work, in a few minutes: nothing is written
pnpm bench track durable --rounds 15         # some, with more rounds
pnpm bench goodput --processes 64 --windows 6 --limits 1667 --client @intercom-events/node
pnpm bench delivered --in-flight 32          # and "latency"; "backlog" takes --sizes 1000,1000000
pnpm bench long-run --events 1000000         # the long one; --minutes 60 if 15 are not enough for a benchmark
pnpm bench --report                          # this file and the charts again, from results/
\`\`\`

\`--events\` sets the events of a round (of the run, for \`long-run\` and \`losses\`), \`--no-save\` leaves this file and
\`results/\` alone, and \`--folder\` writes both elsewhere. What a benchmark has found is written as soon as it ends, and one
that fails does not keep the next from running. Everything stays on loopback. The figures below are those of the last run of each benchmark
on one machine; they are for comparing rows with each other, not with other machines, and other work on the
machine makes them worse and their spread wider. No test depends on them.
`;

/** The report on all benchmarks, in Markdown. */
export function renderReport(sections: readonly Section[]): string {
  return [HEAD, ...sections.map(renderSection)].join("\n");
}

function renderSection({ name, title, about, result }: Section): string {
  const figures = result ? renderResult(name, result) : "Not measured yet.\n";
  return `## ${title}\n\n\`pnpm bench ${name}\`\n\n${about}\n\n${figures}`;
}

function renderResult(name: string, { rows, machine, options, peers, chart }: Result): string {
  const used = Object.entries(options).map(([option, value]) => `${option} ${value}`);
  const cells = rows.flatMap((row) => Object.values(row).map(String));
  const versions = Object.entries(peers)
    .filter(([library]) => cells.some((cell) => cell.includes(library)))
    .map(([library, version]) => `${library} ${version}`);
  const ran = `${machine.cores} cores, ${machine.system}, Node ${machine.node}, load before the run ${machine.loadBefore}`;
  const picture = chart ? `![${chart.title}](results/${name}.svg)\n\n` : "";
  return `${picture}${renderTable(rows)}\n${[ran, ...used, ...versions].join(" · ")}\n`;
}

/** Rows as a table in Markdown, with the columns of the first one. */
export function renderTable(rows: readonly Row[]): string {
  const columns = Object.keys(rows[0] ?? {});
  const lines = [
    columns,
    columns.map((_, index) => (index === 0 ? "---" : "---:")),
    ...rows.map((row) => columns.map((column) => row[column] ?? "")),
  ];
  return lines.map((cells) => `| ${cells.join(" | ")} |\n`).join("");
}
