import { cpSync, mkdirSync } from "node:fs";
import { dirname, join } from "node:path";
import type { PublicPackage } from "./packages.ts";
import { run } from "./run.ts";

/** Copies the files that `deno publish` would upload, and answers the folders, by the packages' own. */
export async function copyJsrFiles(
  target: string,
  packages: readonly PublicPackage[],
  env: NodeJS.ProcessEnv,
): Promise<Map<string, string>> {
  const folders = new Map<string, string>();
  for (const { short, folder, deno } of packages) {
    if (!deno) continue;
    const command = ["deno", "publish", "--dry-run", "--allow-dirty", "--no-check"];
    const output = await run(command, { cwd: folder, env: { ...env, NO_COLOR: "1" } });
    const files = [...output.matchAll(/file:\/\/(\S+) \(/g)].map(([, path = ""]) => decodeURIComponent(path));
    if (files.length === 0) throw new Error(`deno publish names no files of ${deno.name}\n${output}`);
    for (const file of files) {
      const copy = join(target, short, file.slice(folder.length + 1));
      mkdirSync(dirname(copy), { recursive: true });
      cpSync(file, copy);
    }
    folders.set(short, join(target, short));
  }
  return folders;
}
