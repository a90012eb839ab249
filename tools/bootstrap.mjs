/**
 * Runs one of the repository's programs on a machine that has only Node 20 and npm:
 *
 *     node tools/bootstrap.mjs test|demo [arguments]
 *
 * It installs the dependencies with the pinned pnpm, which brings the newer Node that the tools need,
 * and goes on in that one. This file itself runs on the Node that is there.
 */
import { spawnSync } from "node:child_process";
import { readFileSync } from "node:fs";
import { join } from "node:path";

const root = join(import.meta.dirname, "..");
const { packageManager } = JSON.parse(readFileSync(join(root, "package.json"), "utf8"));

const [program, ...args] = process.argv.slice(2);
if (program !== "test" && program !== "demo") {
  console.error("Usage: node tools/bootstrap.mjs test|demo [arguments]");
  process.exit(2);
}

/** Runs a command in the repository and ends with its status if it fails. */
function run(command, commandArguments) {
  const { status, error } = spawnSync(command, commandArguments, {
    cwd: root,
    stdio: "inherit",
    shell: process.platform === "win32",
  });
  if (error) console.error(`Cannot run ${command}: ${error.message}`);
  if (status !== 0) process.exit(status ?? 1);
}

const [major, minor] = process.versions.node.split(".").map(Number);
if (major < 20 || (major === 20 && minor < 11)) {
  console.error(`Node 20.11 or newer is needed, this is ${process.versions.node}`);
  process.exit(1);
}
run("npx", [
  "--yes",
  packageManager,
  "install",
  "--frozen-lockfile",
  "--reporter=append-only",
  "--loglevel=error",
]);
run("npx", ["--yes", packageManager, "exec", "node", `tools/${program}.ts`, ...args]);
