import { join } from "node:path";
import { gzipSync } from "node:zlib";
import { type BuildOptions, build } from "esbuild";

const SRC = join(import.meta.dirname, "../src");
const CORE = "@intercom-events/core";

/**
 * What a page's bundler makes of a program that uses this package, with core in it.
 *
 * @param program imports from `./index.ts`
 */
export function bundle(program: string): Promise<string> {
  return run(program, { minify: true });
}

/** The same of the packages as they are published, each in one file, of which bundlers drop less than of many. */
export async function bundlePublished(program: string): Promise<string> {
  const files: Record<string, string> = {
    [CORE]: await run(`export * from "${CORE}"`),
    "./index.ts": await run(`export * from "./index.ts"`, { external: [CORE] }),
  };
  return run(program, {
    minify: true,
    plugins: [
      {
        name: "published",
        setup({ onResolve, onLoad }) {
          onResolve({ filter: /.*/ }, ({ path }) =>
            path in files ? { path, namespace: "published", sideEffects: false } : undefined,
          );
          onLoad({ filter: /.*/, namespace: "published" }, ({ path }) => ({ contents: files[path] ?? "" }));
        },
      },
    ],
  });
}

async function run(program: string, options: BuildOptions = {}): Promise<string> {
  const { outputFiles } = await build({
    stdin: { contents: program, resolveDir: SRC, loader: "ts" },
    bundle: true,
    write: false,
    format: "esm",
    target: "es2022",
    conditions: ["@intercom-events/source"],
    logLevel: "error",
    ...options,
  });
  return outputFiles?.[0]?.text ?? "";
}

/** Bytes of a code once it is compressed as servers do. */
export function sizeOf(code: string): number {
  return gzipSync(code, { level: 9 }).length;
}
