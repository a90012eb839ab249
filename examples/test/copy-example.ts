import { cp, mkdtemp, readFile, rm, symlink, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { basename, join } from "node:path";
import { pathToFileURL } from "node:url";

const examples = join(import.meta.dirname, "..");
const packages = join(examples, "../packages");

/** What is made where an example is run, and is no part of it. */
const LEFT_OUT: readonly string[] = ["node_modules", "dist"];

/** A copy of an example. */
export interface Copy extends AsyncDisposable {
  readonly directory: string;
}

/** Where Deno finds what our packages import, as it has no `node_modules` there. */
async function builtImports(): Promise<Record<string, string>> {
  const openapiFetch = join(packages, "core/node_modules/openapi-fetch/dist/index.mjs");
  const built = ["core", "deno", "relay"].map(
    (name) => [`@intercom-events/${name}`, join(packages, name, "dist/index.js")] as const,
  );
  const paths = [...built, ["openapi-fetch", openapiFetch] as const];
  return Object.fromEntries(paths.map(([name, path]) => [name, pathToFileURL(path).href]));
}

/**
 * Copies an example out of the repository, as a newcomer would, so that nothing around it can help. What it
 * depends on is there already: our packages as they are built here, and all others as installed.
 */
export async function copyExample(name: string): Promise<Copy> {
  const source = join(examples, name);
  const directory = await mkdtemp(join(tmpdir(), `intercom-events-${name}-`));
  await cp(source, directory, { recursive: true, filter: (path) => !LEFT_OUT.includes(basename(path)) });
  if (name === "deno") {
    const path = join(directory, "deno.json");
    const config = JSON.parse(await readFile(path, "utf8"));
    const built = await builtImports();
    const unknown = Object.keys(config.imports).filter((specifier) => !(specifier in built));
    if (unknown.length > 0) throw new Error(`deno.json imports ${unknown}, which is not built here`);
    await writeFile(path, JSON.stringify({ ...config, imports: built, nodeModulesDir: "manual" }));
  } else {
    await symlink(join(source, "node_modules"), join(directory, "node_modules"), "junction");
  }
  return {
    directory,
    [Symbol.asyncDispose]: () => rm(directory, { recursive: true, force: true, maxRetries: 3 }),
  };
}
