import { expect, test } from "vitest";
import { createOpenCalls } from "./open-calls.ts";

test("a call ends once", () => {
  const calls = createOpenCalls();
  calls.start(5);
  calls.start(6);
  expect([calls.end(6), calls.end(5), calls.end(5), calls.end(20_000)]).toEqual([true, true, false, false]);
  expect(calls.forget(1_000_000)).toBe(0);
});

test("those that were started before are forgotten, to within ten seconds, and have no end any more", () => {
  const calls = createOpenCalls();
  for (const at of [0, 9_999, 10_000, 29_999]) calls.start(at);
  expect(calls.forget(9_999)).toBe(0);
  expect(calls.forget(10_000)).toBe(2);
  expect([calls.end(0), calls.end(10_000)]).toEqual([false, true]);
  expect(calls.forget(40_000)).toBe(1);
  expect(calls.forget(40_000)).toBe(0);
});
