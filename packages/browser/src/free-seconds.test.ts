import fc from "fast-check";
import { expect, test } from "vitest";
import { createFreeSeconds, foldName } from "./free-seconds.ts";

test("60 events of a name and second get seconds of their own, the next one its own second", () => {
  const seconds = createFreeSeconds();
  const given = Array.from({ length: 62 }, () => {
    const second = seconds.find("a", 100);
    return [second, seconds.take("a", second)];
  });
  expect(given.slice(0, 60)).toEqual(Array.from({ length: 60 }, (_, index) => [100 + index, true]));
  expect(given.slice(60)).toEqual([
    [100, false],
    [100, false],
  ]);
  expect(seconds.find("b", 100)).toBe(100);
});

test("no second is given twice while there are free ones, also when the clock jumps", () => {
  fc.assert(
    fc.property(fc.array(fc.integer({ min: 0, max: 20 }), { maxLength: 60 }), (stamps) => {
      const seconds = createFreeSeconds();
      const given = stamps.map((stamp) => {
        const second = seconds.find("a", stamp);
        seconds.take("a", second);
        expect(second).toBeGreaterThanOrEqual(stamp);
        return second;
      });
      expect(new Set(given).size).toBe(given.length);
    }),
  );
});

test("forgets the oldest", () => {
  const seconds = createFreeSeconds();
  for (let second = 0; second <= 5_000; second++) seconds.take("a", second);
  expect(seconds.find("a", 0)).toBe(0);
  expect(seconds.find("a", 4_999)).toBe(5_001);
});

test("folds names as Intercom does", () => {
  expect(foldName("Order.Placed$")).toBe("order-placed-");
});
