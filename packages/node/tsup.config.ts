import { dualPackage } from "../../tools/tsup.ts";

export default dualPackage({
  // By esbuild alone: Rollup would have `require` of CommonJS hidden from bundlers.
  treeshake: false,
  esbuildOptions(options, { format }) {
    // In a context of its own, in which Jest runs CommonJS, `import()` fails, and undici could not be loaded.
    if (format === "cjs") options.supported = { "dynamic-import": false };
  },
});
