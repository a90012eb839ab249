import fc from "fast-check";
import { expect, test } from "vitest";
import { createAdoption, firstFree, type OwnEvent } from "./own-event.ts";
import type { PageEvent } from "./route.ts";

let pages = 0;

/** Adopts events of a page of its own, and tells of the warnings. */
function start(): { adopt: (name: string, second: number) => OwnEvent; codes: string[] } {
  const codes: string[] = [];
  const adopt = createAdoption(
    {
      announce: (_, payload) =>
        "warnings" in payload && codes.push(...payload.warnings.map(({ code }) => code)),
    },
    `/relay-${pages++}`,
  );
  return {
    codes,
    adopt: (eventName, second) => adopt({ event: { eventName }, trackedAt: second * 1000 } as PageEvent, 0),
  };
}

test("61 events of a name and second get seconds of their own, the next ones their own second", () => {
  const { adopt, codes } = start();
  const all = Array.from({ length: 63 }, () => adopt("a", 100));
  const seconds = all.map(({ second }) => second);
  expect(seconds.slice(0, 61)).toEqual(Array.from({ length: 61 }, (_, index) => 100 + index));
  expect(seconds.slice(61)).toEqual([100, 100]);
  for (const own of [...all, ...all]) own.decide();
  expect(codes).toEqual([...Array(60).fill("second_moved"), "second_taken", "second_taken"]);
});

test("events of other names are no matter, of names that Intercom takes for the same they are", () => {
  const { adopt } = start();
  const seconds = ["Order.Placed$", "b", "order-placed-", "ORDER-PLACED-"].map(
    (name) => adopt(name, 5).second,
  );
  expect(seconds).toEqual([5, 5, 6, 7]);
});

test("the body has the second, and another one when it is moved", () => {
  const own = start().adopt("a", 0);
  expect(own.record).toMatchObject({ body: '{"event_name":"a","created_at":0}', trackedAt: 0, dueAt: 0 });
  own.moveTo(7);
  expect(own.record.body).toBe('{"event_name":"a","created_at":7}');
});

test("an event that stays at its second is nothing to look at", () => {
  const { adopt, codes } = start();
  const own = adopt("a", 100);
  own.moveTo(100);
  own.decide();
  expect(codes).toEqual([]);
});

test("no second is given twice while there are free ones, also when the clock jumps", () => {
  fc.assert(
    fc.property(fc.array(fc.integer({ min: 0, max: 20 }), { maxLength: 60 }), (stamps) => {
      const { adopt } = start();
      const given = stamps.map((stamp) => {
        const { second } = adopt("a", stamp);
        expect(second).toBeGreaterThanOrEqual(stamp);
        return second;
      });
      expect(new Set(given).size).toBe(given.length);
    }),
  );
});

test("the oldest seconds are forgotten, so that there are never more than 5000", () => {
  const { adopt } = start();
  // So far apart that each has free ones after it.
  for (let minute = 0; minute <= 5_000; minute++) adopt("a", minute * 60);
  expect(adopt("a", 0).second).toBe(0);
  expect(adopt("a", 5_000 * 60).second).toBe(5_000 * 60 + 1);
});

test("the first free second is at most 60 s later, beyond that its own", () => {
  const taken = new Set(Array.from({ length: 61 }, (_, index) => `${100 + index},a`));
  expect(firstFree(100, "a", taken)).toBe(100);
  expect(firstFree(101, "a", taken)).toBe(161);
  expect(firstFree(100, "b", taken)).toBe(100);
});
