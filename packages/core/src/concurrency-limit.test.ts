import fc from "fast-check";
import { expect, test } from "vitest";
import { seeded } from "../tests/simulation.ts";
import { createConcurrencyLimit } from "./concurrency-limit.ts";

type Calls = readonly [duration: number, coped: boolean][];

/** What a limit of 32 is after each of some calls. */
function limits(calls: Calls, most = 32): number[] {
  const limit = createConcurrencyLimit(most);
  return calls.map(([duration, coped]) => {
    limit.end(duration, coped);
    return limit.read();
  });
}

/** What it is after all of them. */
const after = (calls: Calls, most = 32): number =>
  limits(calls, most).at(-1) ?? createConcurrencyLimit(most).read();
/** The least it was during the latest of them. */
const lowest = (calls: Calls, latest: number): number => Math.min(...limits(calls).slice(-latest));

const times = (count: number, duration: number, coped = true): [number, boolean][] =>
  Array.from({ length: count }, () => [duration, coped]);

test("starts at its bound and does not pass it", () => {
  expect(after([])).toBe(32);
  expect(after(times(100, 20))).toBe(32);
});

test("falls by half with each failure while most of the latest calls fail, but never below one", () => {
  expect(after(times(13, 5, false))).toBe(32);
  expect(after(times(14, 5, false))).toBe(16);
  expect(after(times(16, 5, false))).toBe(4);
  expect(after(times(40, 5, false))).toBe(1);
  expect(after(times(14, 5, false), 1)).toBe(1);
});

test("stays at its bound while one call in five fails, also when some failures come together", () => {
  const random = seeded(1);
  const calls = Array.from({ length: 10_000 }, (): [number, boolean] => [80, random() >= 0.2]);
  expect(lowest(calls, 10_000)).toBe(32);
  expect(after([...calls, ...times(40, 5, false)])).toBe(1); // And still notices when all fail.
});

test("climbs by about one for each round of good replies", () => {
  const half = times(14, 5, false);
  expect(after([...half, ...times(16, 20)])).toBe(16);
  expect(after([...half, ...times(18, 20)])).toBe(17);
  expect(after([...half, ...times(400, 20)])).toBe(32);
});

test("falls a little with each reply while most are much slower than usual, and only then", () => {
  const usual = times(100, 50);
  expect(after([...usual, ...times(100, 240)])).toBe(32); // 3 times as slow, and 100 ms.
  expect(after([...usual, ...times(10, 900)])).toBe(32);
  expect(after([...usual, ...times(30, 900)])).toBe(18);
  expect(lowest([...usual, ...times(200, 20_000)], 200)).toBe(1);
});

test.each([
  ["one in three is twenty times as slow", (n: number) => (n % 3 === 0 ? 1600 : 80)],
  ["they take from 50 ms to a second", (n: number) => 50 + ((n * 397) % 951)],
  ["they take no time", () => 0],
])("stays at its bound with a server whose replies are never all the same: %s", (_, durationOf) => {
  const calls = Array.from({ length: 10_000 }, (_, n): [number, boolean] => [durationOf(n), true]);
  expect(after(calls)).toBe(32);
  expect(lowest([...calls, ...times(200, 20_000)], 200)).toBe(1); // And still notices when they are slow.
});

test("takes a server for what it is that has become slower for good", () => {
  const limit = createConcurrencyLimit(32);
  for (const [duration, coped] of [...times(10, 10), ...times(1000, 500)]) limit.end(duration, coped);
  expect(limit.read()).toBe(32);
});

test.each([
  ["of which only the first reply was fast", times(1, 2), 300],
  ["that was near, and has moved away", times(2000, 1), 250],
])("soon knows what is usual for a server %s", (_, before, duration) => {
  const calls = [...before, ...times(600, duration)];
  expect(lowest(calls, 600)).toBeGreaterThan(8);
  expect(after(calls)).toBe(32);
  expect(lowest([...calls, ...times(200, 20_000)], 200)).toBe(1);
});

test("does not stay at one call at a time for a server that is as slow with that", () => {
  const one = limits([...times(1000, 50), ...times(200, 1000)]).filter((limit) => limit === 1);
  expect(one.length).toBeGreaterThan(20); // It is given time to recover.
  expect(one.length).toBeLessThan(50);
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
