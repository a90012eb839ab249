/**
 * Writes the version of each package.json into the deno.json beside it, which `changeset version` does not know:
 *
 *     node tools/release/sync-versions.ts
 */
import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { findPackages } from "./packages.ts";

for (const { folder, manifest, deno } of findPackages(join(import.meta.dirname, "../.."))) {
  if (!deno || deno.version === manifest.version) continue;
  const path = join(folder, "deno.json");
  const text = readFileSync(path, "utf8");
  // Everything else stays as it is formatted.
  writeFileSync(path, text.replace(/("version":\s*)"[^"]*"/, `$1"${manifest.version}"`));
  console.log(`${deno.name} ${deno.version} → ${manifest.version}`);
}
