import { existsSync } from "node:fs";
import { join } from "node:path";
import type { PublicPackage } from "./packages.ts";
import { type RunOptions, run } from "./run.ts";

/**
 * Asks both package managers where they would publish to, wherever one of them is going to run.
 *
 * @param registry the address of the only registry that may be published to
 * @throws {Error} if it is not on loopback, or anything could go elsewhere
 */
export async function assertRegistry(
  packages: readonly PublicPackage[],
  registry: string,
  { cwd, env }: RunOptions,
): Promise<void> {
  const { hostname } = new URL(registry);
  if (hostname !== "127.0.0.1") throw new Error(`Will not publish: ${registry} is not on loopback`);
  for (const { folder, manifest } of packages) {
    // Whether it counts is up to who reads it.
    if (existsSync(join(folder, ".npmrc")))
      throw new Error(`Will not publish: there is an .npmrc in ${folder}`);
    if (manifest.publishConfig?.registry !== undefined) {
      throw new Error(`Will not publish: ${manifest.name} names a registry of its own`);
    }
  }
  const scope = packages[0]?.manifest.name.split("/")[0];
  const folders = [cwd, ...packages.map(({ folder }) => folder)];
  for (const folder of folders) {
    const ask = async (program: string, name: string): Promise<string> => {
      const command = [program, "config", "get", name, ...(program === "npm" ? ["--no-workspaces"] : [])];
      return (await run(command, { cwd: folder, env })).trim().split("\n").at(-1) ?? "";
    };
    // What publishes is asked everywhere; npm, which is slow, where nothing but the root's settings differ.
    for (const program of folder === cwd ? ["pnpm", "npm"] : ["pnpm"]) {
      const found = await ask(program, "registry");
      if (found !== registry)
        throw new Error(`Will not publish: ${program} would go to ${found} in ${folder}`);
      const ofScope = await ask(program, `${scope}:registry`);
      if (!["", "undefined"].includes(ofScope)) {
        throw new Error(`Will not publish: ${program} sends ${scope} to ${ofScope} in ${folder}`);
      }
    }
  }
}
