/**
 * The checks of the repository as a whole; each package checks its own types.
 *
 *     node tools/check.ts
 */
import { spawnSync } from "node:child_process";
import { join } from "node:path";

const CHECKS: Readonly<Record<string, string>> = {
  "format and lint": "biome ci --colors=off --error-on-warnings .",
  "import rules": "depcruise packages spec tools examples --config .dependency-cruiser.mjs",
  "dead code and dependencies": "knip",
  "OpenAPI lint": "redocly lint",
  "types of the tools": "tsc -p tools",
  workflows: "node tools/lint-workflows.ts",
  "code in the documents": "node tools/docs/check-code.ts",
  "types of the examples": "tsc -p examples/test",
  "types of the example on Bun": "tsc -p examples/bun",
  "types of the example on Deno":
    "deno check --quiet --unstable-kv --config examples/test/deno-check.json examples/deno/server.ts",
  "versions the examples ask for": "node tools/example-versions.ts --check",
};

let failed = 0;
for (const [name, command] of Object.entries(CHECKS)) {
  const { status, stdout, stderr } = spawnSync(command, {
    cwd: join(import.meta.dirname, ".."),
    encoding: "utf8",
    env: { ...process.env, REDOCLY_TELEMETRY: "off", REDOCLY_SUPPRESS_UPDATE_NOTICE: "true" },
    shell: true,
  });
  console.log(`${status === 0 ? "ok  " : "FAIL"} ${name} (${command})`);
  if (status === 0) continue;
  failed += 1;
  console.log(stdout + stderr);
}
process.exitCode = failed === 0 ? 0 : 1;
