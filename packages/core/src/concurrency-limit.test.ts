import fc from "fast-check";
import { expect, test } from "vitest";
import { createConcurrencyLimit } from "./concurrency-limit.ts";

/** A limit of 32 that has seen some calls. */
function after(calls: readonly [duration: number, coped: boolean][], most = 32): number {
  const limit = createConcurrencyLimit(most);
  for (const [duration, coped] of calls) limit.end(duration, coped);
  return limit.read();
}

const times = (count: number, duration: number, coped = true): [number, boolean][] =>
  Array.from({ length: count }, () => [duration, coped]);

test("starts at its bound and does not pass it", () => {
  expect(after([])).toBe(32);
  expect(after(times(100, 20))).toBe(32);
});

test("falls by half with each failure, but never below one", () => {
  expect(after(times(1, 5, false))).toBe(16);
  expect(after(times(3, 5, false))).toBe(4);
  expect(after(times(20, 5, false))).toBe(1);
  expect(after(times(1, 5, false), 1)).toBe(1);
});

test("climbs by about one for each round of good replies", () => {
  const half = times(1, 5, false);
  expect(after([...half, ...times(16, 20)])).toBe(16);
  expect(after([...half, ...times(18, 20)])).toBe(17);
  expect(after([...half, ...times(400, 20)])).toBe(32);
});

test("falls a little with each reply that is much slower than the fastest, and only then", () => {
  const usual = times(10, 50);
  expect(after([...usual, ...times(1, 240)])).toBe(32); // 3 times as slow, and 100 ms.
  expect(after([...usual, ...times(1, 260)])).toBe(30);
  expect(after([...usual, ...times(10, 900)])).toBe(19);
  expect(after([...usual, ...times(60, 20_000)])).toBe(1);
});

test("takes a server for what it is that has become slower for good", () => {
  const limit = createConcurrencyLimit(32);
  for (const [duration, coped] of [...times(10, 10), ...times(1000, 500)]) limit.end(duration, coped);
  expect(limit.read()).toBe(32);
});

test("stays a whole number from one to its bound, whatever comes", () => {
  const call = fc.tuple(fc.nat({ max: 100_000 }), fc.boolean());
  fc.assert(
    fc.property(fc.array(call, { maxLength: 300 }), fc.integer({ min: 1, max: 500 }), (calls, most) => {
      const read = after(calls, most);
      expect(Number.isInteger(read) && read >= 1 && read <= most).toBe(true);
    }),
  );
});
