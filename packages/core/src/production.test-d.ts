import { expectTypeOf, test } from "vitest";

test("what stands in for a file has all that is asked of it", () => {
  expectTypeOf<typeof import("./create-issue.production.ts")>().toExtend<
    typeof import("./create-issue.ts")
  >();
  expectTypeOf<typeof import("./describe.production.ts")>().toExtend<typeof import("./describe.ts")>();
  expectTypeOf<typeof import("./memo.production.ts")>().toExtend<typeof import("./memo.ts")>();
  expectTypeOf<typeof import("./remarks.production.ts")>().toExtend<typeof import("./remarks.ts")>();
  expectTypeOf<typeof import("./safe-outcome.production.ts")>().toExtend<
    typeof import("./safe-outcome.ts")
  >();
});
