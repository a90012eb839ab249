import { join } from "node:path";
import { build } from "esbuild";
import { production } from "../../../tools/production.ts";

/** What a page's bundler makes of a program that uses this package, with core in it. */
export interface BundleOptions {
  /** Whether the page is published, rather than being written. */
  readonly isPublished?: boolean;
}

/** @param program imports from `./index.ts` */
export async function bundle(program: string, { isPublished = false }: BundleOptions = {}): Promise<string> {
  const { outputFiles } = await build({
    stdin: { contents: program, resolveDir: join(import.meta.dirname, "../src"), loader: "ts" },
    bundle: true,
    write: false,
    minify: true,
    format: "esm",
    target: "es2022",
    conditions: ["@intercom-events/source"],
    plugins: isPublished ? [production] : [],
    logLevel: "error",
  });
  return outputFiles[0]?.text ?? "";
}
