import { describe, expect, test } from "vitest";
import { type Crowd, createCrowd } from "./crowd.ts";

const LIMIT = 10_000;

/** A crowd that was told how many calls others had made with each of our replies. */
function after(counts: readonly number[], { duration = 50, limit = LIMIT } = {}): Crowd {
  const crowd = createCrowd();
  for (const used of counts) crowd.hear({ used, limit, duration });
  return crowd;
}

const steps = (count: number, by: number): number[] =>
  Array.from({ length: count }, (_, index) => index * by);

describe("the others", () => {
  test("are none before anything is known, and where nobody calls", () => {
    expect(createCrowd().others()).toBe(0);
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
    const crowd = after(steps(40, 15));
    for (let reply = 0; reply < 10; reply += 1) crowd.hear({ used: 39 * 15, limit: LIMIT, duration: 50 });
    expect(crowd.others()).toBeLessThan(1);
    expect(crowd.others()).toBeGreaterThan(0);
    for (let reply = 0; reply < 30; reply += 1) crowd.hear({ used: 39 * 15, limit: LIMIT, duration: 50 });
    expect(crowd.others()).toBe(0);
  });

  test("are not counted over a pause", () => {
    const crowd = after([0, 0, 0]);
    crowd.pause();
    crowd.hear({ used: 900, limit: LIMIT, duration: 50 });
    expect(crowd.others()).toBe(0);
    crowd.hear({ used: 904, limit: LIMIT, duration: 50 });
    expect(crowd.others()).toBe(1);
  });

  test("are not counted twice where replies come in another order", () => {
    expect(after([0, 8, 4, 8]).others()).toBeLessThan(after([0, 8, 4, 12]).others());
  });

  test("are unknown again once forgotten", () => {
    const crowd = after(steps(40, 15));
    crowd.forget();
    expect([crowd.others(), crowd.latency()]).toEqual([0, 0]);
    crowd.hear({ used: 3, limit: LIMIT, duration: 20 });
    expect([crowd.others(), crowd.latency()]).toEqual([3, 20]);
  });
});

test("a call takes as long as the last few, and a first one that takes very long says less", () => {
  expect(after(steps(3, 0), { duration: 80 }).latency()).toBe(80);
  expect(after([0], { duration: 5000 }).latency()).toBe(400);
  const crowd = after([0], { duration: 5000 });
  for (let reply = 0; reply < 20; reply += 1) crowd.hear({ used: 0, limit: LIMIT, duration: 20 });
  expect(crowd.latency()).toBeLessThan(25);
});
