import { entriesOf, type PublicPackage } from "./packages.ts";

const SCRIPTS_OF_INSTALLS = /^(pre|post)?(install|prepare|publish)$|^prepublishOnly$|^(pre|post)pack$/;

const REPOSITORY = "https://github.com/intercom-events/intercom-events";

/** What the files of a package say differently from each other or from the rest, one line each. */
export function checkManifest({ short, manifest, deno }: PublicPackage): string[] {
  const problems: string[] = [];
  const must = (holds: boolean, problem: string): void => {
    if (!holds) problems.push(`${manifest.name}: ${problem}`);
  };
  const same = (found: unknown, wanted: unknown, name: string): void =>
    must(
      JSON.stringify(found) === JSON.stringify(wanted),
      `"${name}" must be ${JSON.stringify(wanted)}, got ${JSON.stringify(found)}`,
    );

  same(manifest.name, `@intercom-events/${short}`, "name");
  same(manifest.license, "MIT", "license");
  same(manifest.type, "module", "type");
  // undici 7 wants 20.18.1.
  same(manifest.engines, { node: manifest.dependencies?.undici ? ">=20.18.1" : ">=20" }, "engines");
  same(manifest.repository, repositoryOf(short), "repository");
  same(manifest.homepage, `${REPOSITORY}/tree/main/packages/${short}#readme`, "homepage");
  same(manifest.bugs, `${REPOSITORY}/issues`, "bugs");
  same(manifest.exports?.["./package.json"], "./package.json", 'exports["./package.json"]');
  must(manifest.publishConfig === undefined, '"publishConfig" must be left to the release');
  same(manifest.sideEffects, false, "sideEffects");
  must(manifest.files?.includes("dist") === true, '"files" must name dist');
  must(
    manifest.files?.some((file) => file === "!src/**/*.test.ts") === true,
    '"files" must leave out the tests with !src/**/*.test.ts',
  );
  for (const script of Object.keys(manifest.scripts ?? {})) {
    must(!SCRIPTS_OF_INSTALLS.test(script), `the script "${script}" is run by package managers`);
  }
  for (const { path, conditions } of entriesOf(manifest)) {
    const [first] = Object.keys(conditions);
    must(first === "@intercom-events/source", `exports["${path}"] must begin with the source`);
  }
  if (!deno) return problems;

  same(deno.name, manifest.name, "name of deno.json");
  same(deno.version, manifest.version, "version of deno.json");
  same(deno.license, manifest.license, "license of deno.json");
  const sources = Object.fromEntries(
    entriesOf(manifest).map(({ path, conditions }) => [path, conditions["@intercom-events/source"]]),
  );
  same(
    typeof deno.exports === "string" ? { ".": deno.exports } : deno.exports,
    sources,
    "exports of deno.json",
  );
  const fromNpm = Object.fromEntries(
    Object.entries(manifest.dependencies ?? {})
      .filter(([, range]) => !range.startsWith("workspace:"))
      .map(([name, range]) => [name, `npm:${name}@${range}`]),
  );
  same(deno.imports ?? {}, fromNpm, "imports of deno.json");
  return problems;
}

/** Where provenance says that a package comes from; npm refuses a package that says otherwise. */
export function repositoryOf(short: string): { type: string; url: string; directory: string } {
  return { type: "git", url: `git+${REPOSITORY}.git`, directory: `packages/${short}` };
}
