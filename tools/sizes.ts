/**
 * What a program carries that imports an entry: bundled and minified by esbuild, gzipped at level 9.
 *
 *     node tools/sizes.ts
 */
import { join } from "node:path";
import { gzipSync } from "node:zlib";
import { build, type Platform } from "esbuild";

interface Entry {
  readonly code: string;
  readonly platform: Platform;
  /** What is not counted. */
  readonly external?: string[];
}

const ENTRIES: Readonly<Record<string, Entry>> = {
  "core { encodeMetadata }": {
    code: 'export { encodeMetadata } from "@intercom-events/core"',
    platform: "neutral",
  },
  "core, whole": { code: 'export * from "@intercom-events/core"', platform: "neutral" },
  "browser { createTracker, messenger }": {
    code: 'export { createTracker, messenger } from "@intercom-events/browser"',
    platform: "browser",
  },
  "browser, whole": { code: 'export * from "@intercom-events/browser"', platform: "browser" },
  "node, without undici": {
    code: 'export * from "@intercom-events/node"',
    platform: "node",
    external: ["undici"],
  },
  relay: { code: 'export * from "@intercom-events/relay"', platform: "neutral" },
  deno: { code: 'export * from "@intercom-events/deno"', platform: "neutral" },
};

async function measure({
  code,
  platform,
  external = [],
}: Entry): Promise<{ minified: number; gzip: number }> {
  const { outputFiles } = await build({
    stdin: { contents: code, resolveDir: join(import.meta.dirname, "..") },
    bundle: true,
    minify: true,
    write: false,
    format: "esm",
    target: "es2022",
    platform,
    mainFields: ["module", "main"],
    conditions: ["@intercom-events/source", "import"],
    external,
  });
  const contents = outputFiles[0]?.contents ?? new Uint8Array();
  return { minified: contents.length, gzip: gzipSync(contents, { level: 9 }).length };
}

const rows = await Promise.all(
  Object.entries(ENTRIES).map(async ([name, entry]) => [name, await measure(entry)] as const),
);
console.table(Object.fromEntries(rows));
