/**
 * Writes a bill of materials (CycloneDX) of each package, with what it installs:
 *
 *     node tools/release/sbom.ts [folder]
 */
import { mkdirSync, writeFileSync } from "node:fs";
import { join, resolve } from "node:path";
import { findPackages } from "./packages.ts";
import { plainEnvironment } from "./plain-environment.ts";
import { run } from "./run.ts";

/** The part of a bill of materials that is looked at. */
interface BillOfMaterials {
  readonly bomFormat: string;
  readonly metadata: { readonly component: Component };
  readonly components: readonly Component[];
}

interface Component {
  readonly group?: string;
  readonly name: string;
  readonly version: string;
}

const nameOf = ({ group, name }: Component): string => (group ? `${group}/${name}` : name);

const root = join(import.meta.dirname, "../..");
const folder = resolve(process.argv[2] ?? join(root, "reports/sbom"));
mkdirSync(folder, { recursive: true });
for (const { short, manifest } of findPackages(root)) {
  const path = join(folder, `${short}.cdx.json`);
  const output = await run(
    [
      "pnpm",
      "--filter",
      manifest.name,
      "sbom",
      "--prod",
      "--sbom-format",
      "cyclonedx",
      "--sbom-spec-version",
      "1.6",
    ],
    { cwd: root, env: plainEnvironment(process.env) },
  );
  const { bomFormat, metadata, components } = JSON.parse(output) as BillOfMaterials;
  // A bill that leaves something out is worse than none.
  const listed = components.map(nameOf);
  const missing = Object.keys(manifest.dependencies ?? {}).filter((name) => !listed.includes(name));
  const { version } = metadata.component;
  if (
    bomFormat !== "CycloneDX" ||
    nameOf(metadata.component) !== manifest.name ||
    version !== manifest.version
  ) {
    throw new Error(`pnpm wrote no bill of materials of ${manifest.name} ${manifest.version}`);
  }
  if (missing.length > 0)
    throw new Error(`The bill of materials of ${manifest.name} lacks ${missing.join(", ")}`);
  writeFileSync(path, output);
  console.log(`${path}: ${manifest.name} ${version} and ${components.length} more`);
}
