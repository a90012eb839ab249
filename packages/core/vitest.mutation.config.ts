import { BaseSequencer, type TestSpecification } from "vitest/node";
import stryker from "../../stryker.config.mjs";
import { nodeTests } from "../../tools/vitest.ts";

const { test, ...config } = nodeTests();

/** The vectors first: they start soonest and notice most, and the first test that fails ends a run. */
class VectorsFirst extends BaseSequencer {
  override async sort(files: TestSpecification[]): Promise<TestSpecification[]> {
    const isVectors = ({ moduleId }: TestSpecification) => moduleId.endsWith("/vectors.test.ts");
    return [...files.filter(isVectors), ...files.filter((file) => !isVectors(file))];
  }
}

/**
 * The tests beside the files that are mutated, and those that other runtimes and stores share. Mutation
 * testing runs them from the repository's root, which it copies.
 */
export default {
  ...config,
  test: {
    ...test,
    reporters: [],
    // Not Stryker's `testFiles`: it lets every mutant survive that acts while its module loads (stryker-js#6144).
    include: [
      ...stryker.mutate.map((file) => file.replace(/\.ts$/, ".test.ts")),
      "packages/core/src/memory-outbox.test.ts",
      "packages/core/tests/vectors.test.ts",
    ],
    setupFiles: ["packages/core/tests/fixed-seed.ts"],
    sequence: { sequencer: VectorsFirst },
  },
};
