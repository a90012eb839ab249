import { cpSync, existsSync, mkdirSync, statSync, writeFileSync } from "node:fs";
import { basename, delimiter, join } from "node:path";
import type { Command, Consumer, Run } from "./cases.ts";
import { entriesOf, type PublicPackage } from "./packages.ts";
import { run } from "./run.ts";

/** What consumers are made from. */
export interface Published {
  /** Where their folders are made. */
  readonly folder: string;
  readonly packages: readonly PublicPackage[];
  /** What an install is told to get a package by its folder's name: a version or a path. */
  readonly specs: ReadonlyMap<string, string>;
  /** The address of a registry that has them, for what needs one. */
  readonly registry: string | undefined;
  /** Folders with the files JSR would serve, by the package's folder name. */
  readonly jsr: ReadonlyMap<string, string>;
  /** The environment of everything that is run. */
  readonly env: NodeJS.ProcessEnv;
  /** The paths of programs by placeholder, such as `node20`. */
  readonly programs: ReadonlyMap<string, string>;
}

/** What must hold after a run: called with the user its events are of. */
export type CheckEvents = (userId: string, modules: readonly string[]) => Promise<void>;

const CONSUMERS = join(import.meta.dirname, "consumers");

/** Makes the project of a consumer and installs what it uses. Answers its folder. */
export async function installConsumer(consumer: Consumer, published: Published): Promise<string> {
  const folder = join(published.folder, consumer.name.replaceAll(/\W+/g, "-").toLowerCase());
  mkdirSync(folder, { recursive: true });
  for (const name of consumer.from) {
    const source = join(CONSUMERS, name);
    cpSync(source, statSync(source).isDirectory() ? folder : join(folder, basename(name)), {
      recursive: true,
    });
  }
  const used = usedBy(consumer, published.packages);
  const write = (name: string, text: string): void => writeFileSync(join(folder, name), text);
  writeEntries(used, write);
  for (const [name, text] of Object.entries(consumer.files ?? {})) {
    const imports = (_: string, from: "npm" | "jsr") => JSON.stringify(importMap(used, from, published));
    write(name, text.replaceAll(/\{imports:(npm|jsr)\}/g, imports));
  }
  if (consumer.installer === "none") return folder;

  const ours = used.map(({ short, manifest }) => [manifest.name, published.specs.get(short)]);
  const dependencies = { ...Object.fromEntries(ours), ...consumer.needs };
  write("package.json", JSON.stringify({ name: "consumer", private: true, version: "1.0.0", dependencies }));
  const install: Command =
    consumer.installer === "bun"
      ? ["{bun}", "install", "--no-progress", "--minimum-release-age=0"]
      : ["npm", "install", "--no-audit", "--no-fund", "--prefer-offline", "--loglevel=error"];
  for (const command of [install, ...(consumer.prepare ?? [])]) await runIn(folder, command, published);
  return folder;
}

/** Writes all that can be imported of packages, as data and as a module that imports it. */
function writeEntries(used: readonly PublicPackage[], write: (name: string, text: string) => void): void {
  const entries = used.flatMap(({ manifest }) => entriesOf(manifest));
  const data = entries.map(({ specifier, conditions }) => ({
    specifier,
    conditions: Object.keys(conditions),
  }));
  write("entries.json", JSON.stringify(data));
  const imports = entries.map(({ specifier }, at) => `import * as entry${at} from "${specifier}";\n`);
  const names = entries.map((_, at) => `entry${at}`);
  write(
    "every-entry.mts",
    `${imports.join("")}export const entries: readonly object[] = [${names.join(", ")}];\n`,
  );
}

/** Runs one case of an installed consumer. @throws {Error} if it fails, or Intercom lacks an event of it */
export async function runCase(
  folder: string,
  { name, command, events }: Run,
  published: Published,
  check: CheckEvents,
): Promise<void> {
  await runIn(folder, command, { ...published, env: { ...published.env, RUN: name } });
  if (events) await check(name, events);
}

/** The packages a consumer uses. @throws {Error} if it names one there is not */
function usedBy({ name, uses }: Consumer, packages: readonly PublicPackage[]): PublicPackage[] {
  if (uses === "all") return [...packages];
  return uses.map((short) => {
    const found = packages.find((one) => one.short === short);
    if (!found) throw new Error(`${name} uses ${short}, which is not published`);
    return found;
  });
}

/** What a deno.json maps the packages' imports to. */
function importMap(
  used: readonly PublicPackage[],
  from: "npm" | "jsr",
  { specs, jsr }: Published,
): Record<string, string> {
  if (from === "npm") {
    return Object.fromEntries(
      used.flatMap(({ short, manifest }) =>
        entriesOf(manifest).map(({ specifier, path }) => [
          specifier,
          `npm:${manifest.name}@${specs.get(short)}${path.slice(1)}`,
        ]),
      ),
    );
  }
  return Object.fromEntries(
    used.flatMap(({ short, deno }) => {
      const files = jsr.get(short);
      if (!deno || files === undefined) throw new Error(`${short} is not published to JSR`);
      const exports = typeof deno.exports === "string" ? { ".": deno.exports } : deno.exports;
      return [
        ...Object.entries(deno.imports ?? {}),
        ...Object.entries(exports).map(([path, file]) => [deno.name + path.slice(1), join(files, file)]),
      ];
    }),
  );
}

function runIn(folder: string, command: Command, { env, programs }: Published): Promise<string> {
  const resolved = command.map((word) =>
    word.replaceAll(/\{(\w+)\}/g, (whole, name) => programs.get(name) ?? whole),
  );
  const bin = join(folder, "node_modules/.bin");
  const path = existsSync(bin) ? `${bin}${delimiter}${env.PATH}` : env.PATH;
  return run(resolved, { cwd: folder, env: { ...env, PATH: path }, timeout: 240_000 });
}
