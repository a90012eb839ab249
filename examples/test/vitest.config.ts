import type { ViteUserConfig } from "vitest/config";

/** Our packages are taken as they are built, as whoever copies an example gets them. */
const config: ViteUserConfig = {
  test: {
    include: ["*.test.ts"],
    reporters: ["default", "junit"],
    outputFile: { junit: "../../reports/examples.xml" },
    testTimeout: 60_000,
    hookTimeout: 60_000,
  },
};

export default config;
