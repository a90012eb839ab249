import { join } from "node:path";
import { build } from "esbuild";

/**
 * What a page's bundler makes of a program that uses this package, with core in it.
 *
 * @param program imports from `./index.ts`
 */
export async function bundle(program: string): Promise<string> {
  const { outputFiles } = await build({
    stdin: { contents: program, resolveDir: join(import.meta.dirname, "../src"), loader: "ts" },
    bundle: true,
    write: false,
    minify: true,
    format: "esm",
    target: "es2022",
    conditions: ["@intercom-events/source"],
    logLevel: "error",
  });
  return outputFiles[0]?.text ?? "";
}
