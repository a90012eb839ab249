/**
 * `npm test`: all checks and all tests on all runtimes, through turbo, and their counts in one line.
 *
 *     node tools/test.ts
 */
import { spawnSync } from "node:child_process";
import { globSync, readFileSync, rmSync } from "node:fs";
import { join } from "node:path";
import { findChromium } from "./chromium.ts";
import { countTask } from "./count-task.ts";
import { findFirefox, HOW_TO_GET_FIREFOX } from "./firefox.ts";
import { type Counts, countJunit, type Failure, failuresOf } from "./junit.ts";
import { findWebKit, HOW_TO_GET_WEBKIT } from "./webkit.ts";

const root = join(import.meta.dirname, "..");

/** The report each test task leaves in its package, which also names the runtime. */
const REPORTS: Readonly<Record<string, string>> = {
  test: "node-24",
  "test:tools": "node-24",
  "test:examples": "examples",
  "test:node20": "node-20",
  "test:node22": "node-22",
  "test:node26": "node-26",
  "test:deno": "deno",
  "test:deno-kv": "deno-kv",
  "test:chromium": "chromium",
  "test:firefox": "firefox",
  "test:webkit": "webkit",
};

/** The part of turbo's run summary that is read here. */
interface RunSummary {
  readonly tasks: readonly {
    readonly task: string;
    readonly package: string;
    readonly directory: string;
    readonly command: string;
    readonly execution?: { readonly exitCode?: number };
  }[];
}

function turbo(...args: string[]): boolean {
  const { status } = spawnSync("turbo", ["run", ...args], {
    cwd: root,
    stdio: "inherit",
    shell: process.platform === "win32",
  });
  return status === 0;
}

function readSummary(): RunSummary {
  const [file] = globSync(join(root, ".turbo/runs/*.json"));
  if (file === undefined) throw new Error("turbo left no summary of its run");
  return JSON.parse(readFileSync(file, "utf8"));
}

/** What a task's report says; nothing where it left none, or half of one as it was ended. */
function readReport(report: string): { counts?: Counts; failures: readonly Failure[] } {
  try {
    const xml = readFileSync(report, "utf8");
    return { counts: countJunit(xml), failures: failuresOf(xml) };
  } catch {
    return { failures: [] };
  }
}

// The Chromium from npm is unpacked once, before tasks that run at the same time would start a half unpacked one.
await findChromium().catch(({ message }: Error) => console.log(message));
// Named to turbo, so that a run that had none is not taken for one after it was installed.
const firefox = findFirefox();
if (firefox !== undefined) process.env.FIREFOX = firefox;
const webkit = findWebKit();
if (webkit !== undefined) process.env.WEBKIT = webkit.browser;

for (const stale of globSync(join(root, "{packages/*/,}reports/*.xml"))) rmSync(stale);
rmSync(join(root, ".turbo/runs"), { recursive: true, force: true });

// Before anything is generated anew: what is committed must be what the spec says.
const isGenerated = turbo("check:generated", "--output-logs=errors-only");
rmSync(join(root, ".turbo/runs"), { recursive: true, force: true });
turbo(
  "check",
  "check:repo",
  "check:packages",
  "check:api",
  "check:sizes",
  ...Object.keys(REPORTS),
  "--continue",
  // More than cores, as many tests wait for what they have started.
  "--concurrency=150%",
  "--summarize",
  "--output-logs=new-only",
);

const rows: Record<string, Counts> = {};
const failures: Failure[] = [];
if (!isGenerated) rows["generated files"] = { passed: 0, failed: 1, skipped: 0 };
for (const { task, package: name, directory, command, execution } of readSummary().tasks) {
  if (command === "<NONEXISTENT>") continue;
  const runtime = REPORTS[task];
  const report =
    runtime === undefined ? undefined : readReport(join(root, directory, "reports", `${runtime}.xml`));
  const counts = countTask(report?.counts, execution?.exitCode !== 0, report !== undefined);
  const row = `${name.replace("//", "tools")} ${runtime ?? task}`;
  if (runtime !== undefined || counts.failed > 0) rows[row] = counts;
  for (const { test, message } of report?.failures ?? []) failures.push({ test: `${row}: ${test}`, message });
}

const sum = (key: keyof Counts): number =>
  Object.values(rows).reduce((total, counts) => total + counts[key], 0);
for (const { test, message } of failures) console.log(`FAILED ${test}\n${message}\n`);
console.table(rows);
if (firefox === undefined) console.log(`Nothing was tested in Firefox: ${HOW_TO_GET_FIREFOX}`);
if (webkit === undefined) console.log(`Nothing was tested in WebKit: ${HOW_TO_GET_WEBKIT}`);
const skipped = sum("skipped") > 0 ? `, ${sum("skipped")} skipped` : "";
console.log(`${sum("passed")} passed, ${sum("failed")} failed${skipped}`);
process.exitCode = sum("failed") === 0 && sum("passed") > 0 ? 0 : 1;
