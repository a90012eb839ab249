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
pnpm bench                                   # all of them, about a quarter of an hour
pnpm bench track durable --rounds 15         # some, with more rounds
pnpm bench goodput --processes 1,4,16 --windows 6 --limits 1667
pnpm bench long-run --events 1000000         # the long one
\`\`\`

\`--events\` sets the events of a round (of the run, for \`long-run\`), and \`--no-save\` leaves this file and
\`results/\` alone. Everything stays on loopback. The figures below are those of the last run of each benchmark
on one machine; they are for comparing rows with each other, not with other machines, and other work on the
machine makes them worse and their spread wider. No test depends on them.
`;

/** The report on all benchmarks, in Markdown. */
export function renderReport(sections: readonly Section[]): string {
  return [HEAD, ...sections.map(renderSection)].join("\n");
}

function renderSection({ name, title, about, result }: Section): string {
  const figures = result ? renderResult(result) : "Not measured yet.\n";
  return `## ${title}\n\n\`pnpm bench ${name}\`\n\n${about}\n\n${figures}`;
}

function renderResult({ rows, machine, options, peers }: Result): string {
  const used = Object.entries(options).map(([name, value]) => `${name} ${value}`);
  const versions = Object.entries(peers)
    .filter(([name]) => rows.some((row) => Object.values(row).some((cell) => String(cell).includes(name))))
    .map(([name, version]) => `${name} ${version}`);
  const ran = `${machine.cores} cores, ${machine.system}, Node ${machine.node}, load before the run ${machine.loadBefore}`;
  return `${renderTable(rows)}\n${[ran, ...used, ...versions].join(" · ")}\n`;
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
