import { describe, expect, test } from "vitest";
import { expectedLeft, partOf, reserveFor } from "./fair-share.ts";

describe("what is expected to be left", () => {
  const known = { left: 100, at: 1000, until: 3000 };
  test.each([
    ["alone, nothing changes", 0, 2000, 100],
    ["beside one other, it takes half of it until the end", 1, 3000, 50],
    ["and a quarter by half of the time", 1, 2000, 75],
    ["beside nine, they take nine tenths", 9, 3000, 10],
    ["no more than that after the end", 9, 9000, 10],
    ["nothing before it was said, by a clock that was put back", 9, 500, 100],
  ])("%s", (_, others, now, left) => {
    expect(expectedLeft({ ...known, others }, now)).toBeCloseTo(left);
  });

  test("is right at once where there is no time left", () => {
    expect(expectedLeft({ left: 100, at: 3000, until: 2000, others: 1 }, 3001)).toBe(50);
  });
});

test("a part is all of it alone, and more than even beside others, the more the smaller it is", () => {
  expect(partOf(100, 0)).toBe(100);
  expect(partOf(100, 1)).toBeGreaterThan(50);
  expect(partOf(100, 1)).toBeLessThan(65);
  // One that has 9 of 10, and one that has 1, come closer to each other.
  expect(partOf(100, 1 / 9) / partOf(100, 9)).toBeLessThan(5);
  expect(partOf(100, 1 / 9) / partOf(100, 9)).toBeGreaterThan(4);
});

test.each([
  ["a call of each other, and a half", 15, 0.1, 0, 15.5],
  ["no more where hardly any has two under way", 15, 0.002, 200, 15.5],
  ["and what it starts until the first has its reply", 15, 0.01, 200, 38],
])("the end of a window is left to others: %s", (_, others, rate, latency, calls) => {
  expect(reserveFor(others, rate, latency)).toBe(calls);
});
