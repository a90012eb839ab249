/**
 * Lints the documentation of what a package exports, leaving out generated files and other packages:
 *
 *     node ../../tools/doc-lint.ts src/index.ts
 */
import { spawnSync } from "node:child_process";

const { status, stdout, stderr, error } = spawnSync("deno", ["doc", "--lint", ...process.argv.slice(2)], {
  encoding: "utf8",
  env: { ...process.env, NO_COLOR: "1" },
  shell: process.platform === "win32",
});
if (error) throw error;
// Warnings stand before the first finding, without an empty line between.
const output = (stdout + stderr).replaceAll(/^(?:Warning | {4}at file:).*\n/gm, "");
const own = `--> ${process.cwd()}/`;
const findings = output
  .split("\n\n")
  .filter((part) => /^\s*error\[/.test(part) && part.includes(own) && !part.includes("/src/generated/"));
console.log(findings.join("\n\n"));
// A failure that is no finding is one all the same.
process.exitCode =
  findings.length > 0 || (status !== 0 && !output.includes("documentation lint error")) ? 1 : 0;
