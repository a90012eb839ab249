import { globSync, mkdirSync, readFileSync } from "node:fs";
import { join, sep } from "node:path";
import type { Tarball } from "./check-tarball.ts";
import type { Manifest } from "./packages.ts";
import { run } from "./run.ts";

/** Unpacks a tarball into a folder, and says what it holds. @throws {Error} if it cannot be read */
export async function readTarball(path: string, folder: string): Promise<Tarball> {
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
