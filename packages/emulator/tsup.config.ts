import { defineConfig } from "tsup";

// Nothing is cleaned: the two builds share dist, and the names of their files are fixed.
export default defineConfig([
  { entry: ["src/index.ts"], format: ["esm", "cjs"], dts: true, target: "node20" },
  { entry: ["src/cli.ts"], format: ["esm"], target: "node20" },
]);
