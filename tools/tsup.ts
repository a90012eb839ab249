import type { Options } from "tsup";

/**
 * For `dts`: what a compiler needs to know to read the declarations, which name `AsyncDisposable`. A program that has
 * neither the types of Node.js nor this library in its `lib` could not check them.
 */
export const DECLARATIONS = { banner: '/// <reference lib="esnext.disposable" />' };

/** Leaves `node:` to the names of what Node.js brings, which packages of npm may have without it. */
export const BUILT_INS: Options = { removeNodeProtocol: false, external: [/^node:/] };

/** ESM, CommonJS and their declarations, other packages left outside. */
export function dualPackage(options: Options = {}): Options {
  return {
    entry: ["src/index.ts"],
    format: ["esm", "cjs"],
    dts: DECLARATIONS,
    clean: true,
    sourcemap: true,
    target: "node20",
    platform: "neutral",
    treeshake: true,
    ...BUILT_INS,
    ...options,
  };
}
