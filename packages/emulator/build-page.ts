/**
 * Bundles the page of page/ into dist/page: a few files that need nothing from elsewhere.
 * The server reads them when they are asked for (src/serve-page.ts).
 */
import { copyFileSync, existsSync, mkdirSync, readFileSync, renameSync, writeFileSync } from "node:fs";
import { join, resolve } from "node:path";
import { gzipSync } from "node:zlib";
import { build } from "esbuild";

const source = join(import.meta.dirname, "page");
const target = join(import.meta.dirname, "dist/page");

/** Writes each file in one step, as a test on another runtime may be reading it. */
function put(name: string, write: (file: string) => void): void {
  const draft = join(target, `.${name}.${process.pid}`);
  write(draft);
  renameSync(draft, join(target, name));
}

/** The licenses of the packages that these files come from. */
function licensesOf(files: readonly string[]): string {
  const packages = new Set(
    files.map((file) => /^.*node_modules\/(@[^/]+\/)?[^/]+/.exec(resolve(file))?.[0]).filter(Boolean),
  );
  return [...packages].sort().map(licenseOf).join("\n");
}

function licenseOf(folder = ""): string {
  const file = join(folder, "LICENSE");
  if (!existsSync(file)) throw new Error(`Cannot build the page: ${folder} has no LICENSE to pass on`);
  const { name, version } = JSON.parse(readFileSync(join(folder, "package.json"), "utf8"));
  return `${name} ${version}\n\n${readFileSync(file, "utf8")}`;
}

/** Builds the page; answers how much each file has, gzipped. */
export async function buildPage(): Promise<Record<string, number>> {
  const { outputFiles, metafile } = await build({
    entryPoints: { page: join(source, "main.tsx") },
    bundle: true,
    // The package has no side effects, as its manifest says; what the page imports for nothing else is not in the package.
    ignoreAnnotations: true,
    minify: true,
    write: false,
    metafile: true,
    outdir: target,
    format: "iife",
    target: "es2022",
    platform: "browser",
    jsx: "automatic",
    jsxImportSource: "preact",
    legalComments: "none", // licenses.txt has them all
  });
  mkdirSync(target, { recursive: true });
  const sizes: Record<string, number> = {};
  for (const { path, contents } of outputFiles) {
    const name = path.slice(target.length + 1);
    put(name, (file) => writeFileSync(file, contents));
    sizes[name] = gzipSync(contents, { level: 9 }).length;
  }
  put("licenses.txt", (file) => writeFileSync(file, licensesOf(Object.keys(metafile.inputs))));
  for (const name of ["index.html", "icon.svg"]) put(name, (file) => copyFileSync(join(source, name), file));
  return sizes;
}

if (import.meta.main) console.log("page, gzipped:", await buildPage());
