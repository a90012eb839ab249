import { expect, test } from "vitest";
import { grouped, median, percentile, spread } from "./summarize.ts";

test("percentiles are values that were measured, in whatever order they came", () => {
  const values = Array.from({ length: 100 }, (_, index) => 100 - index);
  expect(percentile(values, 95)).toBe(95);
  expect(percentile(values, 100)).toBe(100);
  expect(percentile(values, 0)).toBe(1);
  expect(percentile([10, 9], 95)).toBe(10);
});

test("the median of an even number of values is the lower one of the two", () => {
  expect(median([9, 10, 1])).toBe(9);
  expect(median([4, 1, 3, 2])).toBe(2);
  expect(median([])).toBeNaN();
});

test("numbers are written so that they can be read", () => {
  expect(grouped(1234567)).toBe("1,234,567");
  expect(grouped(1.25, 1)).toBe("1.3");
  expect(spread([3, 1, 2000])).toBe("1 – 2,000");
});
