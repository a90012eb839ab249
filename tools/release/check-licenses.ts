import { run } from "./run.ts";

/** Licences that ask for no more than a notice. */
const ALLOWED = new Set(["MIT", "ISC", "Apache-2.0", "BSD-2-Clause", "BSD-3-Clause", "0BSD"]);

/** What `pnpm licenses list --json` answers: packages by their licence. */
export type Licenses = Readonly<
  Record<string, readonly { readonly name: string; readonly versions: readonly string[] }[]>
>;

/** What users install with the packages of this repository, by licence. */
async function readLicenses(root: string, env: NodeJS.ProcessEnv): Promise<Licenses> {
  const command = ["pnpm", "--recursive", "licenses", "list", "--prod", "--json"];
  return JSON.parse(await run(command, { cwd: root, env }));
}

/** The packages that users install and whose licence is not one of a few, one line each. */
export function judgeLicenses(licenses: Licenses): string[] {
  const all = Object.entries(licenses);
  // None at all is no good news: the packages do have dependencies.
  if (all.length === 0) return ["pnpm lists no licences"];
  return all.flatMap(([license, packages]) =>
    ALLOWED.has(license)
      ? []
      : packages.map(({ name, versions }) => `${name} ${versions.join(", ")} has the licence ${license}`),
  );
}

/** Judges the licences of what users install. */
export async function checkLicenses(root: string, env: NodeJS.ProcessEnv): Promise<string[]> {
  return judgeLicenses(await readLicenses(root, env));
}
