/**
 * Publishes what has a version that is not yet published, to npm and then to JSR:
 *
 *     node tools/release/publish.ts [--jsr-dry-run]
 *
 * Both skip what they have already, so that a release that failed half-way is mended by running it again.
 */
import { spawnSync } from "node:child_process";
import { join } from "node:path";
import { parseArgs } from "node:util";

const { values } = parseArgs({ options: { "jsr-dry-run": { type: "boolean", default: false } } });

const COMMANDS = [
  ["changeset", "publish"],
  ["deno", "publish", ...(values["jsr-dry-run"] ? ["--dry-run"] : [])],
] as const;

for (const [program, ...args] of COMMANDS) {
  const { status, error } = spawnSync(program, args, {
    cwd: join(import.meta.dirname, "../.."),
    stdio: "inherit",
  });
  if (error) console.error(`Cannot run ${program}: ${error.message}`);
  if (status !== 0) process.exit(status ?? 1);
}
