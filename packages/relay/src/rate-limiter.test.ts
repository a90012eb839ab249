import fc from "fast-check";
import { expect, test } from "vitest";
import { createRateLimiter } from "./rate-limiter.ts";

test("a whole allowance comes at once, and back evenly", () => {
  const limiter = createRateLimiter({ events: 10, window: 1000, maxCallers: 10 });
  expect(limiter.take("a", 10, 0)).toBe(0);
  expect(limiter.take("a", 1, 0)).toBe(100);
  expect(limiter.take("b", 10, 0)).toBe(0);
  expect(limiter.take("a", 2, 100)).toBe(100);
  expect(limiter.take("a", 1, 100)).toBe(0);
  expect(limiter.take("a", 1, 100)).toBe(100);
  expect(limiter.take("a", 10, 5000)).toBe(0);
});

const NOW = 1_795_906_720_123;

test.each([
  [600, 60_000],
  [131, 60_000],
  [1_709, 10_000],
  [100_000, 1],
  [1_000_000, 1_000],
])("an allowance of %i within %i ms comes whole, one by one, and no more of it", (events, window) => {
  const limiter = createRateLimiter({ events, window, maxCallers: 10 });
  const taken = (now: number): number => {
    let count = 0;
    while (count < events + 10 && limiter.take("a", 1, now) === 0) count += 1;
    return count;
  };
  limiter.take("b", 1, NOW - 90 * 24 * 3_600_000);
  expect([taken(NOW), taken(NOW + window), taken(NOW + window)]).toEqual([events, events, 0]);
});

test("who is refused is not charged", () => {
  const limiter = createRateLimiter({ events: 10, window: 1000, maxCallers: 10 });
  limiter.take("a", 10, 0);
  for (let i = 0; i < 100; i += 1) expect(limiter.take("a", 5, 0)).toBe(500);
  expect(limiter.take("a", 5, 500)).toBe(0);
});

test("a clock that goes back makes nobody wait for longer than a window", () => {
  const limiter = createRateLimiter({ events: 10, window: 1000, maxCallers: 10 });
  limiter.take("a", 10, 1e9);
  expect(limiter.take("a", 10, 0)).toBe(1000);
});

test("so many callers are remembered and no more, those heard of last", () => {
  const limiter = createRateLimiter({ events: 1, window: 1000, maxCallers: 3 });
  for (let i = 0; i < 10_000; i += 1) limiter.take(`caller ${i}`, 1, 0);
  for (const known of [9999, 9998, 9997]) expect(limiter.take(`caller ${known}`, 1, 0)).toBe(1000);
  expect(limiter.take("caller 9996", 1, 0)).toBe(0);
});

test("who is refused is heard of, too, and does not become a stranger by it", () => {
  const limiter = createRateLimiter({ events: 1, window: 1000, maxCallers: 2 });
  expect(limiter.take("a", 1, 0)).toBe(0);
  expect(limiter.take("b", 1, 0)).toBe(0);
  expect(limiter.take("a", 1, 0)).toBe(1000);
  expect(limiter.take("c", 1, 0)).toBe(0);
  expect(limiter.take("a", 1, 0)).toBe(1000);
});

const step = fc.record({
  caller: fc.constantFrom("a", "b"),
  events: fc.integer({ min: 1, max: 10 }),
  pause: fc.integer({ min: 0, max: 700 }),
});

test("in no time does a caller get more than the allowance and what came back; waiting as told is enough", () => {
  fc.assert(
    fc.property(fc.array(step, { maxLength: 60 }), (steps) => {
      const limiter = createRateLimiter({ events: 10, window: 1000, maxCallers: 10 });
      const taken: { caller: string; events: number; at: number }[] = [];
      let now = NOW;
      for (const { caller, events, pause } of steps) {
        now += pause;
        const wait = limiter.take(caller, events, now);
        if (wait > 0) {
          now += Math.ceil(wait);
          expect(limiter.take(caller, events, now)).toBe(0);
        }
        taken.push({ caller, events, at: now });
        for (const { at } of taken) {
          const since = taken.filter((other) => other.caller === caller && other.at >= at);
          const sum = since.reduce((total, other) => total + other.events, 0);
          expect(sum).toBeLessThanOrEqual(10 + (now - at) / 100 + 1e-6);
        }
      }
    }),
  );
});
