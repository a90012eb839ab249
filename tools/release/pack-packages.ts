import { globSync, mkdirSync } from "node:fs";
import { join } from "node:path";
import type { PublicPackage } from "./packages.ts";
import { run } from "./run.ts";

/** The paths of packed packages, by folder name. */
export type Tarballs = ReadonlyMap<string, string>;

/** Packs packages that are built into a folder. */
export async function packPackages(
  folder: string,
  packages: readonly PublicPackage[],
  env: NodeJS.ProcessEnv,
): Promise<Tarballs> {
  mkdirSync(folder, { recursive: true });
  await Promise.all(
    packages.map((one) => run(["pnpm", "pack", "--pack-destination", folder], { cwd: one.folder, env })),
  );
  return findTarballs(folder, packages);
}

/** Finds the tarballs of packages anywhere in a folder. @throws {Error} if one is missing */
export function findTarballs(folder: string, packages: readonly PublicPackage[]): Tarballs {
  return new Map(
    packages.map(({ short, manifest }) => {
      const [name] = globSync(`**/*${short}-${manifest.version}.tgz`, { cwd: folder });
      if (name === undefined) throw new Error(`There is no tarball of ${manifest.name} ${manifest.version}`);
      return [short, join(folder, name)];
    }),
  );
}
