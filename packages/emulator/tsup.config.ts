import { defineConfig } from "tsup";
import { DECLARATIONS } from "../../tools/tsup.ts";

// Nothing is cleaned: the builds share dist, and the names of their files are fixed.
// The shims are for import.meta.url, which says where the page's files are.
export default defineConfig([
  { entry: ["src/index.ts"], format: ["esm", "cjs"], dts: DECLARATIONS, target: "node20", shims: true },
  { entry: ["src/cli.ts"], format: ["esm"], target: "node20" },
]);
