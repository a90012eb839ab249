import { spawnSync } from "node:child_process";
import { fileURLToPath } from "node:url";
import { build } from "esbuild";
import { expect, test } from "vitest";
import { assertionCases } from "../test/assertion-cases.ts";

const at = (path: string): string => fileURLToPath(new URL(path, import.meta.url));

test("the assertions work the same from node:test", async () => {
  const outfile = at("../reports/assertions.node.mjs");
  await build({
    entryPoints: [at("../test/assertions.node-test.ts")],
    outfile,
    bundle: true,
    packages: "external",
    platform: "node",
    format: "esm",
  });
  // Without the variable by which a runner tells its children that they are its own.
  const { NODE_TEST_CONTEXT: _, ...env } = process.env;
  const { status, stdout, stderr } = spawnSync(process.execPath, ["--test", "--test-reporter=tap", outfile], {
    encoding: "utf8",
    env,
  });
  expect([status, stderr]).toEqual([0, ""]);
  expect(stdout).toContain(`# pass ${Object.keys(assertionCases).length}\n# fail 0`);
});
