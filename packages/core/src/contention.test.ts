import { describe, expect, test } from "vitest";
import { type Contention, createContention } from "./contention.ts";

const LIMIT = 10_000;

/** An estimate after replies, each of which told how many calls others had made by then. */
function after(counts: readonly number[], { duration = 50, limit = LIMIT } = {}): Contention {
  const contention = createContention();
  for (const used of counts) contention.observe({ used, limit, duration });
  return contention;
}

const steps = (count: number, by: number): number[] =>
  Array.from({ length: count }, (_, index) => index * by);

describe("the others", () => {
  test("are none before anything is known, and where nobody calls", () => {
    expect(createContention().others()).toBe(0);
    expect(after(steps(20, 0)).others()).toBe(0);
  });

  test("are as many as seem to have been there at first, up to 64", () => {
    expect(after([3]).others()).toBe(3);
    expect(after([900]).others()).toBe(64);
  });

  test.each([1, 15, 63])("are what they call between our replies: %i", (by) => {
    expect(after(steps(40, by)).others()).toBeCloseTo(by, 1);
  });

  test("are never more than a third of the allowance", () => {
    expect(after([50], { limit: 90 }).others()).toBe(30);
    expect(after(steps(40, 63), { limit: 90 }).others()).toBeCloseTo(30);
  });

  test("are forgotten within 40 replies where they are gone, for good", () => {
    const contention = after(steps(40, 15));
    for (let reply = 0; reply < 10; reply += 1)
      contention.observe({ used: 39 * 15, limit: LIMIT, duration: 50 });
    expect(contention.others()).toBeLessThan(1);
    expect(contention.others()).toBeGreaterThan(0);
    for (let reply = 0; reply < 30; reply += 1)
      contention.observe({ used: 39 * 15, limit: LIMIT, duration: 50 });
    expect(contention.others()).toBe(0);
  });

  test("are not counted over a pause", () => {
    const contention = after([0, 0, 0]);
    contention.pause();
    contention.observe({ used: 900, limit: LIMIT, duration: 50 });
    expect(contention.others()).toBe(0);
    contention.observe({ used: 904, limit: LIMIT, duration: 50 });
    expect(contention.others()).toBe(1);
  });

  test("are not counted twice where replies come in another order", () => {
    expect(after([0, 8, 4, 8]).others()).toBeLessThan(after([0, 8, 4, 12]).others());
  });

  test("are unknown again once forgotten", () => {
    const contention = after(steps(40, 15));
    contention.reset();
    expect([contention.others(), contention.latency()]).toEqual([0, 0]);
    contention.observe({ used: 3, limit: LIMIT, duration: 20 });
    expect([contention.others(), contention.latency()]).toEqual([3, 20]);
  });
});

test("a call takes as long as the last few, and a first one that takes very long says less", () => {
  expect(after(steps(3, 0), { duration: 80 }).latency()).toBe(80);
  expect(after([0], { duration: 5000 }).latency()).toBe(400);
  const contention = after([0], { duration: 5000 });
  for (let reply = 0; reply < 20; reply += 1) contention.observe({ used: 0, limit: LIMIT, duration: 20 });
  expect(contention.latency()).toBeLessThan(25);
});
