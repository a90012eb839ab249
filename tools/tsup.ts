import type { Options } from "tsup";

/** ESM, CommonJS and their declarations, other packages left outside. */
export function dualPackage(options: Options = {}): Options {
  return {
    entry: ["src/index.ts"],
    format: ["esm", "cjs"],
    dts: true,
    clean: true,
    sourcemap: true,
    target: "node20",
    platform: "neutral",
    treeshake: true,
    ...options,
  };
}
