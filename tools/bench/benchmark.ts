import type { Chart } from "./chart.ts";

/** One line of a benchmark's table, by column. */
export type Row = Readonly<Record<string, string | number>>;

/** What a run has found. */
export interface Findings {
  readonly rows: readonly Row[];
  /** What was used, as it was in this run. */
  readonly options: Readonly<Record<string, string | number>>;
  /** The rows that say the most, to be drawn. */
  readonly chart?: Chart;
}

/** What the command line may change; a benchmark takes what concerns it and has defaults of its own. */
export interface BenchOptions {
  /** How often everything is measured, one contender after the other. */
  readonly rounds?: number | undefined;
  /** Events of one round, or of the whole run where there are no rounds. */
  readonly events?: number | undefined;
  /** Whole rate windows that are counted. */
  readonly windows?: number | undefined;
  /** Numbers of client processes. */
  readonly processes?: readonly number[] | undefined;
  /** Names of clients, of those that are compared. */
  readonly clients?: readonly string[] | undefined;
  /** Allowances of a rate window. */
  readonly limits?: readonly number[] | undefined;
  /** Numbers of events that are sent at the same time. */
  readonly inFlight?: readonly number[] | undefined;
  /** Numbers of events that wait. */
  readonly sizes?: readonly number[] | undefined;
}

/** Something that is measured. */
export interface Benchmark {
  readonly title: string;
  /** In Markdown: what a row measures, and how far it goes. */
  readonly about: string;
  run(options: BenchOptions): Promise<Findings>;
}
