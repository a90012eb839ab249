import fc from "fast-check";
import { expect, test } from "vitest";
import { createHashTable } from "./hash-table.ts";

/** Few different ones, many of which want the same slot. */
const key = fc
  .record({ high: fc.constantFrom(0, 1, 256, 512, -1, -257), low: fc.constantFrom(0, 1, 2, -1) })
  .filter(({ high, low }) => high !== 0 || low !== 0);
const steps = fc.array(
  fc.oneof(
    fc.record({ do: fc.constant("set" as const), key, value: fc.integer() }),
    fc.record({ do: fc.constant("delete" as const), key }),
  ),
);

test("holds what a Map would hold", () => {
  fc.assert(
    fc.property(steps, (script) => {
      const table = createHashTable<number>();
      const model = new Map<string, number>();
      const seen = new Set<string>();
      for (const step of script) {
        const name = `${step.key.high} ${step.key.low}`;
        if (step.do === "set") {
          table.set(step.key, step.value);
          model.set(name, step.value);
          seen.add(name);
        } else {
          table.delete(step.key);
          model.delete(name);
        }
        expect(table.get(step.key)).toBe(model.get(name));
        expect(table.size()).toBe(seen.size);
      }
      for (const name of seen) {
        const [high = 0, low = 0] = name.split(" ").map(Number);
        expect(table.get({ high, low })).toBe(model.get(name));
      }
    }),
  );
});

test.each([16, 1024])("finds all of 10,000 keys, whatever it had room for at first (%d slots)", (slots) => {
  const table = createHashTable<number>(slots);
  // Four of them want each slot that any wants.
  const keyOf = (index: number) => ({ high: index - (index % 4), low: index + 1 });
  const half = { high: 77, low: 0 };
  table.set(half, -1);
  for (let index = 0; index < 10_000; index += 1) table.set(keyOf(index), index);
  expect(table.get(half)).toBe(-1);
  for (let index = 0; index < 10_000; index += 1) expect(table.get(keyOf(index))).toBe(index);
  expect(table.get({ high: 5, low: 100_000 })).toBe(undefined);
  expect(table.size()).toBe(10_001);
});
