import fc from "fast-check";
import { expect, test } from "vitest";
import { createEventIds } from "./event-ids.ts";

const NOW = 1_700_000_000_987;

test("ids come in the order of text, also when the clock is put back", () => {
  fc.assert(
    fc.property(fc.array(fc.integer({ min: 0, max: 4_000_000_000_000 }), { maxLength: 60 }), (times) => {
      const ids = createEventIds(Math.random);
      const given = times.map((time, index) => ids.next(index + 1, time));
      expect([...given].sort()).toEqual(given);
      expect(new Set(given).size).toBe(given.length);
    }),
  );
});

test("ids of several processes come in the order of time", () => {
  const [one, two] = [createEventIds(Math.random), createEventIds(Math.random)];
  const given = [one.next(900, NOW), two.next(1, NOW + 1), one.next(901, NOW + 2)];
  expect([...given].sort()).toEqual(given);
});

test("an id tells its number, to whom it is an own one", () => {
  const [one, two] = [createEventIds(() => 0.999), createEventIds(() => 0)];
  for (const sequence of [1, 35, 36, 1_000_000, 36 ** 8 - 1]) {
    const id = one.next(sequence, NOW);
    expect(one.sequenceOf(id)).toBe(sequence);
    expect(two.sequenceOf(id)).toBe(undefined);
  }
});

test("an id is text of one length, and holds 16 random letters and digits", () => {
  let drawn = 0;
  const ids = createEventIds(() => {
    drawn += 1;
    return drawn / 17;
  });
  expect(drawn).toBe(16);
  expect(ids.next(1, NOW)).toMatch(/^[0-9a-z]{17}-[0-9a-z]{16}$/);
  expect(ids.next(1_000_000, NOW)).toHaveLength(34);
  expect(createEventIds(() => 0.5).next(1, -5)).toMatch(/^0{9}/);
});
