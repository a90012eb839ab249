/** Loads each entry of each package in each format it has, which must agree on what there is. */
import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { createRequire } from "node:module";

const require = createRequire(import.meta.url);
const entries = JSON.parse(readFileSync("entries.json", "utf8"));
assert.ok(entries.length > 0);
const namesOf = (module) =>
  Object.keys(module)
    .filter((name) => name !== "default" && name !== "module.exports")
    .sort();
for (const { specifier, conditions } of entries) {
  const names = namesOf(await import(specifier));
  assert.ok(names.length > 0, `${specifier} exports nothing`);
  if (conditions.includes("require")) {
    assert.ok(require.resolve(specifier).endsWith(".cjs"), `${specifier} is required as a module`);
    assert.deepEqual(namesOf(require(specifier)), names, `${specifier} differs by format`);
  }
  // Bundlers look at it, so it has to be visible wherever there are exports.
  const [scope, name] = specifier.split("/");
  assert.equal(require(`${scope}/${name}/package.json`).name, `${scope}/${name}`);
}
