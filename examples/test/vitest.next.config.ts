import config from "./vitest.config.ts";

/** The one example whose packages are not installed with the others, as there are 370 MB of them. */
export default {
  test: {
    ...config.test,
    include: ["next.slow-test.ts"],
    reporters: ["default"],
    testTimeout: 600_000,
  },
};
