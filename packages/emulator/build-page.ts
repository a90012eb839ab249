/**
 * Bundles the page of page/ into dist/page: a few files that need nothing from elsewhere.
 * The server reads them when they are asked for (src/serve-page.ts).
 */
import { copyFileSync, mkdirSync, renameSync, writeFileSync } from "node:fs";
import { join } from "node:path";
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

/** Builds the page; answers how much each file has, gzipped. */
export async function buildPage(): Promise<Record<string, number>> {
  const { outputFiles } = await build({
    entryPoints: { page: join(source, "main.tsx") },
    bundle: true,
    minify: true,
    write: false,
    outdir: target,
    format: "iife",
    target: "es2022",
    platform: "browser",
    jsx: "automatic",
    jsxImportSource: "preact",
    legalComments: "inline",
  });
  mkdirSync(target, { recursive: true });
  const sizes: Record<string, number> = {};
  for (const { path, contents } of outputFiles) {
    const name = path.slice(target.length + 1);
    put(name, (file) => writeFileSync(file, contents));
    sizes[name] = gzipSync(contents, { level: 9 }).length;
  }
  for (const name of ["index.html", "icon.svg"]) put(name, (file) => copyFileSync(join(source, name), file));
  return sizes;
}

if (import.meta.main) console.log("page, gzipped:", await buildPage());
