import type { Conditions, Manifest } from "./packages.ts";

/** What a packed package holds. */
export interface Tarball {
  /** Paths from its top, with `/`. */
  readonly files: readonly string[];
  /** Its package.json, as it was packed. */
  readonly manifest: Manifest;
}

const TEST_FILE =
  /(\.(test|test-d|browser\.test|bench)\.[cm]?[jt]sx?|(^|\/)(tests?|__tests__|fixtures)\/.*)$/;

/** Scripts that a package manager runs by itself when the package is installed. */
const INSTALL_SCRIPTS = [
  "preinstall",
  "install",
  "postinstall",
  "prepublish",
  "preprepare",
  "prepare",
  "postprepare",
];

const MUST_HAVE = ["package.json", "README.md", "LICENSE"];

/**
 * What is wrong with a packed package, one line each; none if it may be published.
 *
 * @param versions the versions that are published with it, by name
 */
export function checkTarball({ files, manifest }: Tarball, versions: ReadonlyMap<string, string>): string[] {
  const problems: string[] = [];
  for (const name of MUST_HAVE) if (!files.includes(name)) problems.push(`${name} is missing`);
  for (const file of files) if (TEST_FILE.test(file)) problems.push(`${file} is a test`);
  for (const script of INSTALL_SCRIPTS) {
    if (manifest.scripts?.[script] !== undefined)
      problems.push(`the script "${script}" runs when it is installed`);
  }
  if (files.includes("binding.gyp")) problems.push("binding.gyp would be compiled when it is installed");
  for (const path of targetsOf(manifest.exports ?? {})) {
    if (!files.includes(path)) problems.push(`exports name ${path}, which is not in it`);
  }
  for (const kind of ["dependencies", "peerDependencies", "optionalDependencies"] as const) {
    for (const [name, range] of Object.entries(manifest[kind] ?? {})) {
      const version = versions.get(name);
      if (/^(workspace|file|link|catalog|git)/.test(range)) problems.push(`${kind}.${name} is ${range}`);
      else if (version !== undefined && range !== `^${version}`) {
        problems.push(`${kind}.${name} is ${range}, but ^${version} is published with it`);
      }
    }
  }
  return problems;
}

/** The files that exports lead to, without the leading `./`. */
function targetsOf(conditions: Conditions | string): string[] {
  if (typeof conditions === "string") return [conditions.replace(/^\.\//, "")];
  return Object.values(conditions).flatMap(targetsOf);
}
