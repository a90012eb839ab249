/**
 * Runs a program of this repository on another version of Node, which npm brings:
 *
 *     node tools/in-node.ts 20 vitest run
 *
 * The program is looked up in the root's `node_modules`, because it has to be the pinned one.
 */
import { spawnSync } from "node:child_process";
import { existsSync, readFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { findNode } from "./find-node.ts";
import { NODE_VERSIONS } from "./runtimes.ts";

const root = join(import.meta.dirname, "..");

/** The script behind a package's command. @throws {Error} if it is not installed */
function findScript(name: string): string {
  const manifest = join(root, "node_modules", name, "package.json");
  if (!existsSync(manifest)) throw new Error(`${name} is not installed: run the install first`);
  const { bin } = JSON.parse(readFileSync(manifest, "utf8"));
  return join(dirname(manifest), typeof bin === "string" ? bin : bin[name]);
}

const [major = "", program = "", ...args] = process.argv.slice(2);
const version = NODE_VERSIONS[major];
if (version === undefined || program === "") {
  console.error(
    `Usage: node tools/in-node.ts <${Object.keys(NODE_VERSIONS).join("|")}> <program> [arguments]`,
  );
  process.exit(2);
}
try {
  const { status } = spawnSync(await findNode(version), [findScript(program), ...args], { stdio: "inherit" });
  process.exit(status ?? 1);
} catch (error) {
  console.error(error instanceof Error ? error.message : error);
  process.exit(1);
}
