import { defineConfig } from "tsup";
import { BUILT_INS, DECLARATIONS } from "../../tools/tsup.ts";

// Nothing is cleaned: the builds share dist, and the names of their files are fixed.
// The shims are for import.meta.url, which says where the page's files are.
export default defineConfig([
  {
    ...BUILT_INS,
    entry: ["src/index.ts"],
    format: ["esm", "cjs"],
    dts: DECLARATIONS,
    target: "node20",
    shims: true,
  },
  { ...BUILT_INS, entry: ["src/cli.ts"], format: ["esm"], target: "node20" },
]);
