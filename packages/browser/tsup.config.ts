import { defineConfig, type Options } from "tsup";
import { DECLARATIONS } from "../../tools/tsup.ts";

const common = {
  entry: ["src/index.ts"],
  // Builds from core's source, so that a stale build of core is never bundled.
  esbuildOptions(options) {
    options.conditions = ["@intercom-events/source"];
  },
} satisfies Options;

/** For a `<script>` tag: everything in one file, under one global. */
export const scriptTag: Options = {
  ...common,
  format: "iife",
  globalName: "IntercomEvents",
  target: "es2020",
  minify: true,
  noExternal: [/./],
};

export default defineConfig([
  // Both are built at once into one folder, so this one must not clean away what the other has made.
  { ...common, format: "esm", target: "es2022", dts: DECLARATIONS, clean: ["!**/*.global.js"] },
  scriptTag,
]);
