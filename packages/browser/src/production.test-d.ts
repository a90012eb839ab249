import { expectTypeOf, test } from "vitest";

test("what stands in for a file has all that is asked of it", () => {
  expectTypeOf<typeof import("./announce-remarks.production.ts")>().toExtend<
    typeof import("./announce-remarks.ts")
  >();
  expectTypeOf<typeof import("./check-options.production.ts")>().toExtend<
    typeof import("./check-options.ts")
  >();
  expectTypeOf<typeof import("./remark-on-reply.production.ts")>().toExtend<
    typeof import("./remark-on-reply.ts")
  >();
  expectTypeOf<typeof import("./why-lost.production.ts")>().toExtend<typeof import("./why-lost.ts")>();
});
