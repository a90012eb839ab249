/**
 * Has the examples ask for the versions of our packages that are in this repository, as far as their ranges go:
 *
 *     node tools/example-versions.ts [--check]
 *
 * It is a part of making a release. With `--check` it changes nothing and fails if there is something to change.
 */
import { globSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { rangeOf } from "./range-of.ts";

const root = join(import.meta.dirname, "..");

const ranges = new Map<string, string>();
for (const path of globSync("packages/*/package.json", { cwd: root })) {
  const { name, version } = JSON.parse(readFileSync(join(root, path), "utf8"));
  ranges.set(name, rangeOf(version));
}

/** Both `"@intercom-events/node": "^0.1.0"` and `"…": "jsr:@intercom-events/deno@^0.1.0"`. */
const REQUEST = /("(@intercom-events\/[a-z]+)": ")([a-z]+:@intercom-events\/[a-z]+@)?[^"]+"/g;

const isCheck = process.argv.includes("--check");
let stale = 0;
for (const path of globSync("examples/*/{package,deno}.json", { cwd: root })) {
  const before = readFileSync(join(root, path), "utf8");
  const after = before.replaceAll(REQUEST, (request, start: string, name: string, from = "") => {
    const range = ranges.get(name);
    if (range === undefined)
      throw new Error(`${path} asks for ${name}, which is no package of this repository`);
    const wanted = `${start}${from}${range}"`;
    if (wanted !== request) console.log(`${path}: ${request} should be ${wanted}`);
    return wanted;
  });
  if (after === before) continue;
  stale += 1;
  if (!isCheck) writeFileSync(join(root, path), after);
}
if (isCheck && stale > 0) {
  console.log("Run: node tools/example-versions.ts");
  process.exitCode = 1;
}
