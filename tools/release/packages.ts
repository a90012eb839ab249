import { existsSync, globSync, readFileSync } from "node:fs";
import { basename, dirname, join } from "node:path";

/** What is read here of a package.json. */
export interface Manifest {
  readonly name: string;
  readonly version: string;
  readonly private?: boolean;
  readonly homepage?: string;
  readonly bugs?: string;
  readonly license?: string;
  readonly type?: string;
  readonly repository?: { readonly url?: string; readonly directory?: string };
  readonly engines?: Readonly<Record<string, string>>;
  readonly sideEffects?: boolean | readonly string[];
  readonly files?: readonly string[];
  readonly exports?: Readonly<Record<string, Conditions | string>>;
  readonly scripts?: Readonly<Record<string, string>>;
  readonly publishConfig?: Readonly<Record<string, unknown>>;
  readonly dependencies?: Readonly<Record<string, string>>;
  readonly peerDependencies?: Readonly<Record<string, string>>;
  readonly optionalDependencies?: Readonly<Record<string, string>>;
}

/** Where an entry is, by condition, in the order they are tried. */
export interface Conditions {
  readonly [condition: string]: Conditions | string;
}

/** The part of a deno.json that says what JSR gets. */
interface DenoManifest {
  readonly name: string;
  readonly version: string;
  readonly license?: string;
  readonly exports: string | Readonly<Record<string, string>>;
  readonly imports?: Readonly<Record<string, string>>;
}

/** A package of this repository that is published. */
export interface PublicPackage {
  /** The name of its folder, such as `core`. */
  readonly short: string;
  readonly folder: string;
  readonly manifest: Manifest;
  /** For JSR, if it is published there too. */
  readonly deno: DenoManifest | undefined;
}

/** One path of a package that can be imported. */
export interface Entry {
  /** What an import names, such as `@intercom-events/relay/node`. */
  readonly specifier: string;
  readonly path: string;
  readonly conditions: Conditions;
}

const readJson = (path: string) => JSON.parse(readFileSync(path, "utf8"));

/** All packages of a copy of this repository that are published, in the order of their names. */
export function findPackages(root: string): PublicPackage[] {
  return globSync("packages/*/package.json", { cwd: root })
    .sort()
    .map((path) => join(root, dirname(path)))
    .map((folder) => {
      const deno = join(folder, "deno.json");
      return {
        short: basename(folder),
        folder,
        manifest: readJson(join(folder, "package.json")) as Manifest,
        deno: existsSync(deno) ? (readJson(deno) as DenoManifest) : undefined,
      };
    })
    .filter(({ manifest }) => manifest.private !== true);
}

/** The entries that hold code: `./package.json` is none. */
export function entriesOf({ name, exports = {} }: Manifest): Entry[] {
  return Object.entries(exports).flatMap(([path, conditions]) =>
    typeof conditions === "string" ? [] : [{ specifier: name + path.slice(1), path, conditions }],
  );
}
