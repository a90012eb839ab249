import { globSync, mkdirSync, readFileSync } from "node:fs";
import { join, sep } from "node:path";
import { checkTarball, type Tarball } from "./check-tarball.ts";
import type { Tarballs } from "./pack-packages.ts";
import type { Manifest, PublicPackage } from "./packages.ts";
import { run } from "./run.ts";

/** What is wrong with the tarballs of packages, one line each. @param folder where they are unpacked */
export async function checkTarballs(
  folder: string,
  packages: readonly PublicPackage[],
  tarballs: Tarballs,
): Promise<string[]> {
  const versions = new Map(packages.map(({ manifest }) => [manifest.name, manifest.version]));
  const problems: string[] = [];
  for (const { short, manifest } of packages) {
    const tarball = await readTarball(tarballs.get(short) ?? "", join(folder, short));
    problems.push(...checkTarball(tarball, versions).map((problem) => `${manifest.name}: ${problem}`));
  }
  return problems;
}

/** Unpacks a tarball into a folder, and says what it holds. @throws {Error} if it cannot be read */
async function readTarball(path: string, folder: string): Promise<Tarball> {
  mkdirSync(folder, { recursive: true });
  await run(["tar", "-xzf", path, "-C", folder, "--strip-components=1"], { cwd: folder, env: process.env });
  const files = globSync("**/*", { cwd: folder, withFileTypes: true })
    .filter((entry) => !entry.isDirectory())
    .map((entry) =>
      join(entry.parentPath, entry.name)
        .slice(folder.length + 1)
        .split(sep)
        .join("/"),
    )
    .sort();
  const manifest = JSON.parse(readFileSync(join(folder, "package.json"), "utf8")) as Manifest;
  return { files, manifest };
}
