/**
 * Runs benchmarks one after the other, and writes what they found into `results` and `README.md`:
 *
 *     pnpm bench [name …] [--rounds N] [--events N] [--windows N] [--processes 1,4] [--limits 1667,200] [--no-save]
 */
import { existsSync, mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { parseArgs } from "node:util";
import type { Benchmark, BenchOptions } from "./benchmark.ts";
import { delivered } from "./delivered.ts";
import { durable } from "./durable.ts";
import { goodput } from "./goodput.ts";
import { longRun } from "./long-run.ts";
import { describeMachine, peerVersions } from "./machine.ts";
import { type Result, renderReport } from "./report.ts";
import { track } from "./track.ts";

const BENCHMARKS: Readonly<Record<string, Benchmark>> = {
  track,
  delivered,
  goodput,
  durable,
  "long-run": longRun,
};

/** Minutes after which a benchmark that hangs is given up; a full `long-run` takes the longest. */
const MOST_MINUTES = 30;

const folder = import.meta.dirname;
const pathOf = (name: string): string => join(folder, "results", `${name}.json`);

function readResult(name: string): Result | undefined {
  return existsSync(pathOf(name)) ? JSON.parse(readFileSync(pathOf(name), "utf8")) : undefined;
}

/** Six digits say more than a benchmark knows. */
const shorten = (_: string, value: unknown): unknown =>
  typeof value === "number" && !Number.isInteger(value) ? Number(value.toPrecision(6)) : value;

/** @throws {TypeError} for what is not a list of positive whole numbers */
function parseNumbers(option: string, text: string | undefined): number[] | undefined {
  const numbers = text?.split(",").map(Number);
  if (numbers === undefined || numbers.every((number) => Number.isSafeInteger(number) && number > 0))
    return numbers;
  throw new TypeError(`Cannot run benchmarks: "--${option}" must be positive whole numbers, got ${text}`);
}

const text = { type: "string" } as const;
const { values, positionals } = parseArgs({
  allowPositionals: true,
  allowNegative: true,
  options: {
    rounds: text,
    events: text,
    windows: text,
    processes: text,
    limits: text,
    save: { type: "boolean", default: true },
  },
});
const options: BenchOptions = {
  rounds: parseNumbers("rounds", values.rounds)?.[0],
  events: parseNumbers("events", values.events)?.[0],
  windows: parseNumbers("windows", values.windows)?.[0],
  processes: parseNumbers("processes", values.processes),
  limits: parseNumbers("limits", values.limits),
};
const unknown = positionals.find((name) => !Object.hasOwn(BENCHMARKS, name));
if (unknown !== undefined) {
  throw new TypeError(`There is no benchmark "${unknown}", only ${Object.keys(BENCHMARKS).join(", ")}`);
}

for (const [name, benchmark] of Object.entries(BENCHMARKS)) {
  if (positionals.length > 0 && !positionals.includes(name)) continue;
  console.log(`\n${name}: ${benchmark.title}`);
  const timer = setTimeout(() => {
    console.error(`${name} has no end`);
    process.exit(1); // Children end when their parent does.
  }, MOST_MINUTES * 60_000);
  const machine = describeMachine();
  const findings = await benchmark.run(options);
  clearTimeout(timer);
  console.table(findings.rows);
  const result: Result = { machine, peers: peerVersions(), ...findings };
  if (!values.save) continue;
  mkdirSync(join(folder, "results"), { recursive: true });
  writeFileSync(pathOf(name), `${JSON.stringify(result, shorten, 2)}\n`);
  const sections = Object.entries(BENCHMARKS).map(([of, { title, about }]) => ({
    name: of,
    title,
    about,
    result: readResult(of),
  }));
  writeFileSync(join(folder, "README.md"), renderReport(sections));
}
