import { expect, it } from "vitest";
import { rangeOf } from "./range-of.ts";

it.each([
  ["0.0.0", "^0.1.0"],
  ["0.1.0", "^0.1.0"],
  ["0.3.7", "^0.3.0"],
  ["1.0.0", "^1.0.0"],
  ["1.2.3", "^1.0.0"],
  ["12.3.4", "^12.0.0"],
])("examples ask for what is compatible with %s by %s", (version, range) => {
  expect(rangeOf(version)).toBe(range);
});
