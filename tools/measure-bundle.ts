import { join } from "node:path";
import { brotliCompressSync, gzipSync } from "node:zlib";
import { build, type Platform } from "esbuild";

/** What a program imports. */
export interface Entry {
  /** A module that exports what is imported. */
  readonly code: string;
  readonly platform: Platform;
  /** What is not counted. */
  readonly external?: string[];
}

/** Bytes of a bundle. */
export interface BundleSize {
  readonly minified: number;
  readonly gzip: number;
  readonly brotli: number;
}

/** Bundles and minifies an entry by esbuild, with our packages from their sources, and compresses it as far as it goes. */
export async function measureBundle({ code, platform, external = [] }: Entry): Promise<BundleSize> {
  const { outputFiles } = await build({
    stdin: { contents: code, resolveDir: join(import.meta.dirname, "..") },
    bundle: true,
    minify: true,
    write: false,
    format: "esm",
    target: "es2022",
    platform,
    mainFields: platform === "browser" ? ["browser", "module", "main"] : ["module", "main"],
    conditions: ["@intercom-events/source", "import"],
    external,
    logLevel: "error",
  });
  const contents = outputFiles[0]?.contents ?? new Uint8Array();
  return {
    minified: contents.length,
    gzip: gzipSync(contents, { level: 9 }).length,
    brotli: brotliCompressSync(contents).length,
  };
}
