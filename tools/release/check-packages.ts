/**
 * Packs each package as a release would, and checks what is in it, how it resolves, how its types resolve, and what
 * it brings along:
 *
 *     node tools/release/check-packages.ts
 */
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { checkPackage, createPackageFromTarballData } from "@arethetypeswrong/core";
import { publint } from "publint";
import { formatMessage } from "publint/utils";
import { checkLicenses } from "./check-licenses.ts";
import { checkManifest } from "./check-manifest.ts";
import { checkTarballs } from "./check-tarballs.ts";
import { packPackages, type Tarballs } from "./pack-packages.ts";
import { entriesOf, findPackages, type PublicPackage } from "./packages.ts";
import { plainEnvironment } from "./plain-environment.ts";

const root = join(import.meta.dirname, "../..");

/** Resolutions in which an entry without a `require` condition has nothing to offer, and says so. */
const OF_COMMONJS = ["node10", "node16-cjs"];

async function lintTarball({ short, manifest }: PublicPackage, tarballs: Tarballs): Promise<string[]> {
  const data = readFileSync(tarballs.get(short) ?? "");
  const tarball = data.buffer.slice(data.byteOffset, data.byteOffset + data.byteLength);
  const { messages, pkg } = await publint({ pack: { tarball }, strict: true });
  return messages.map((message) => `${manifest.name}: ${formatMessage(message, pkg, { color: false })}`);
}

async function checkTypes({ short, manifest }: PublicPackage, tarballs: Tarballs): Promise<string[]> {
  const result = await checkPackage(createPackageFromTarballData(readFileSync(tarballs.get(short) ?? "")));
  if (result.types === false) return [`${manifest.name}: there are no types`];
  const isEsmOnly = entriesOf(manifest).every(({ conditions }) => conditions.require === undefined);
  return result.problems.flatMap((problem) => {
    const kind = "resolutionKind" in problem ? problem.resolutionKind : "";
    const entry = "entrypoint" in problem ? problem.entrypoint : "";
    // ESM alone is a choice, which `exports` states: CommonJS must import() it.
    if (isEsmOnly && OF_COMMONJS.includes(kind)) return [];
    return [`${manifest.name} ${entry}: ${problem.kind} ${kind}`];
  });
}

const temp = mkdtempSync(join(tmpdir(), "packages-"));
try {
  const packages = findPackages(root);
  const tarballs = await packPackages(join(temp, "tarballs"), packages, plainEnvironment(process.env));
  const problems = await checkTarballs(join(temp, "unpacked"), packages, tarballs);
  for (const one of packages) {
    problems.push(
      ...checkManifest(one),
      ...(await lintTarball(one, tarballs)),
      ...(await checkTypes(one, tarballs)),
    );
  }
  problems.push(...(await checkLicenses(root, plainEnvironment(process.env))));
  if (problems.length > 0) console.error(problems.join("\n"));
  process.exitCode = problems.length > 0 || packages.length === 0 ? 1 : 0;
} finally {
  rmSync(temp, { recursive: true, force: true });
}
