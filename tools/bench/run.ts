/**
 * Runs benchmarks one after the other, and writes what each found into `results` and `README.md` at once:
 *
 *     pnpm bench [name …] [--rounds N] [--events N] [--windows N] [--processes 1,4] [--limits 1667,200]
 *       [--client NAME …] [--in-flight 1,64] [--sizes 1000,100000] [--minutes N] [--quick] [--report]
 *       [--folder PATH] [--no-save]
 */
import { existsSync, mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { backlog } from "./backlog.ts";
import type { Benchmark, Findings } from "./benchmark.ts";
import { bundle } from "./bundle.ts";
import { renderChart } from "./chart.ts";
import { endChildren } from "./child.ts";
import { codec } from "./codec.ts";
import { delivered } from "./delivered.ts";
import { durable } from "./durable.ts";
import { goodput } from "./goodput.ts";
import { imports } from "./imports.ts";
import { latency } from "./latency.ts";
import { longRun } from "./long-run.ts";
import { losses } from "./losses.ts";
import { describeMachine, peerVersions } from "./machine.ts";
import { parseOptions } from "./parse-options.ts";
import { relay } from "./relay.ts";
import { type Result, renderReport } from "./report.ts";
import { track } from "./track.ts";

/** In the order of the report: what a reader asks first comes first. */
const BENCHMARKS: Readonly<Record<string, Benchmark>> = {
  track,
  delivered,
  latency,
  goodput,
  losses,
  durable,
  backlog,
  "long-run": longRun,
  import: imports,
  bundle,
  codec,
  relay,
};

const { names, options, folder, reportOnly, minutes } = parseOptions(
  process.argv.slice(2),
  Object.keys(BENCHMARKS),
  import.meta.dirname,
);

/** Six digits say more than a benchmark knows. */
const shorten = (_: string, value: unknown): unknown =>
  typeof value === "number" && !Number.isInteger(value) ? Number(value.toPrecision(6)) : value;

const pathOf = (home: string, name: string): string => join(home, "results", name);

function readResult(home: string, name: string): Result | undefined {
  const path = pathOf(home, `${name}.json`);
  return existsSync(path) ? JSON.parse(readFileSync(path, "utf8")) : undefined;
}

/** Writes the report, and a chart of each result that has one. */
function writeReport(home: string): void {
  const sections = Object.entries(BENCHMARKS).map(([name, { title, about }]) => {
    const result = readResult(home, name);
    if (result?.chart) writeFileSync(pathOf(home, `${name}.svg`), renderChart(result.chart));
    return { name, title, about, result };
  });
  writeFileSync(join(home, "README.md"), renderReport(sections));
}

/** Runs a benchmark. @throws what it throws, or an error when it takes too long; none of its processes is left */
async function runWithin(benchmark: Benchmark): Promise<Findings> {
  const { promise, reject } = Promise.withResolvers<never>();
  const timer = setTimeout(() => reject(new Error(`no end within ${minutes} minutes`)), minutes * 60_000);
  try {
    return await Promise.race([benchmark.run(options), promise]);
  } finally {
    clearTimeout(timer);
    await endChildren();
  }
}

if (folder !== undefined) mkdirSync(join(folder, "results"), { recursive: true });
for (const [name, benchmark] of Object.entries(BENCHMARKS)) {
  if (reportOnly || (names.length > 0 && !names.includes(name))) continue;
  console.log(`\n${name}: ${benchmark.title}`);
  const machine = describeMachine();
  const before = performance.now();
  try {
    const findings = await runWithin(benchmark);
    console.table(findings.rows);
    const result: Result = { machine, peers: peerVersions(), ...findings };
    if (folder !== undefined) {
      writeFileSync(pathOf(folder, `${name}.json`), `${JSON.stringify(result, shorten, 2)}\n`);
      writeReport(folder);
    }
  } catch (error) {
    console.error(`${name} failed:`, error); // The others can do without it.
    process.exitCode = 1;
  }
  console.log(`${name} took ${Math.round((performance.now() - before) / 1000)} s`);
}
if (reportOnly && folder !== undefined) writeReport(folder);
process.exit(); // Whatever a benchmark that failed has left under way.
