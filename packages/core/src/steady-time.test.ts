import { expect, test } from "vitest";
import { createSteadyTime } from "./steady-time.ts";

test.each([
  ["the clock's while that goes on", [5000, 5001, 90_000], [5000, 5001, 90_000]],
  ["the clock's after a leap forward", [5000, 3_605_000], [5000, 3_605_000]],
  [
    "where it was when the clock is put back, and goes on",
    [5000, 3999, 4000, 9000],
    [5000, 5000, 5001, 10_001],
  ],
  ["put back more than once", [90_000, 50_000, 51_000, 1000], [90_000, 90_000, 91_000, 91_000]],
  ["the clock's where that is less than a second back", [5000, 4000, 5000], [5000, 4000, 5000]],
])("is %s", (_, clock, expected) => {
  const time = createSteadyTime();
  expect(clock.map((now) => time.at(now))).toEqual(expected);
  expect(time.ahead()).toBe((expected.at(-1) ?? 0) - (clock.at(-1) ?? 0));
});
