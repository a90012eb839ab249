/**
 * Writes what each entry of each package exports, with its types, to `packages/<name>/api/<entry>.api.md`:
 *
 *     node tools/release/api.ts [--check]
 *
 * With `--check` it compares instead, so that no change of an API goes unseen. It reads what was built.
 */
import { existsSync, globSync, mkdirSync, mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { basename, join } from "node:path";
import { parseArgs } from "node:util";
import { Extractor, ExtractorConfig, ExtractorLogLevel } from "@microsoft/api-extractor";
import { type Conditions, entriesOf, findPackages, type PublicPackage } from "./packages.ts";

const root = join(import.meta.dirname, "../..");
const { values: options } = parseArgs({ options: { check: { type: "boolean", default: false } } });

/** The declarations that an ESM import of an entry finds. */
function typesOf(conditions: Conditions): string {
  const { types = conditions.import } = conditions;
  if (typeof types === "string") return types;
  if (types === undefined) throw new Error("An entry has no types");
  return typesOf(types);
}

/** Writes or compares one report. Answers what is wrong. */
function report({ folder, manifest }: PublicPackage, types: string, temp: string): string[] {
  const name = `${basename(types, ".d.ts")}.api.md`;
  const said: string[] = [];
  const config = ExtractorConfig.prepare({
    configObject: {
      projectFolder: folder,
      mainEntryPointFilePath: join(folder, types),
      newlineKind: "lf",
      compiler: {
        overrideTsconfig: {
          compilerOptions: {
            target: "es2023",
            module: "esnext",
            moduleResolution: "bundler",
            skipLibCheck: true,
            types: ["node"],
            typeRoots: [join(root, "node_modules/@types")],
          },
          files: [join(folder, types)],
        },
      },
      apiReport: {
        enabled: true,
        reportFileName: name,
        reportFolder: join(folder, "api"),
        reportTempFolder: temp,
      },
      docModel: { enabled: false },
      dtsRollup: { enabled: false },
      tsdocMetadata: { enabled: false },
    },
    configObjectFullPath: undefined,
    packageJsonFullPath: join(folder, "package.json"),
  });
  const { apiReportChanged, errorCount } = Extractor.invoke(config, {
    localBuild: !options.check,
    messageCallback(message) {
      message.handled = true;
      if (message.logLevel === ExtractorLogLevel.Error) said.push(message.text);
    },
  });
  if (errorCount > 0) return [`${manifest.name}: ${said.join("\n")}`];
  if (!options.check || !apiReportChanged) return [];
  return [
    `${manifest.name}: its API is not that of api/${name}. If that is meant, run \`pnpm api\` and commit it`,
  ];
}

const temp = mkdtempSync(join(tmpdir(), "api-"));
const problems: string[] = [];
try {
  for (const one of findPackages(root)) {
    const all = entriesOf(one.manifest).map(({ conditions }) => typesOf(conditions));
    mkdirSync(join(one.folder, "api"), { recursive: true });
    for (const types of all) problems.push(...report(one, types, temp));
    const wanted = all.map((types) => `${basename(types, ".d.ts")}.api.md`);
    for (const stale of globSync("api/*.api.md", { cwd: one.folder })) {
      if (wanted.includes(basename(stale))) continue;
      if (options.check) problems.push(`${one.manifest.name}: ${stale} is of no entry any more`);
      else rmSync(join(one.folder, stale));
    }
    for (const name of wanted) {
      if (!existsSync(join(one.folder, "api", name)))
        problems.push(`${one.manifest.name}: api/${name} is missing`);
    }
  }
} finally {
  rmSync(temp, { recursive: true, force: true });
}
if (problems.length > 0) console.error(problems.join("\n"));
process.exitCode = problems.length > 0 ? 1 : 0;
