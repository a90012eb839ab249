import { defineConfig } from "vitest/config";
import { nodeTests } from "../../tools/vitest.ts";

export default defineConfig(nodeTests({ types: true }));
