import fc from "fast-check";
import { expect, test } from "vitest";
import { createHeap } from "./heap.ts";

test("gives out what is due soonest, and what was put in first among equals", () => {
  const step = fc.oneof(fc.nat(20), fc.constant("pop" as const));
  fc.assert(
    fc.property(fc.array(step, { maxLength: 200, size: "max" }), (steps) => {
      const heap = createHeap<number>();
      let model: { dueAt: number; order: number }[] = [];
      steps.forEach((given, order) => {
        if (given === "pop") {
          const [first, ...rest] = model.toSorted((a, b) => a.dueAt - b.dueAt || a.order - b.order);
          expect(heap.pop()).toBe(first?.order);
          model = rest;
        } else {
          heap.push(given, order);
          model.push({ dueAt: given, order });
        }
        expect(heap.size()).toBe(model.length);
        expect(heap.nextAt()).toBe(
          model.length === 0 ? undefined : Math.min(...model.map(({ dueAt }) => dueAt)),
        );
        expect(heap.items().toSorted()).toEqual(model.map(({ order: item }) => item).toSorted());
      });
    }),
  );
});

test("gives out what ranks lowest, wherever it is, and keeps the others in order", () => {
  const entry = fc.record({ dueAt: fc.nat(20), rank: fc.nat(1000) });
  const entries = fc.uniqueArray(entry, { selector: ({ rank }) => rank, maxLength: 60, size: "max" });
  fc.assert(
    fc.property(entries, fc.nat(1000), (given, limit) => {
      const heap = createHeap<(typeof given)[number]>();
      for (const one of given) heap.push(one.dueAt, one);
      let model = given;
      for (const lowest of given.filter(({ rank }) => rank < limit).toSorted((a, b) => a.rank - b.rank)) {
        expect(heap.popLowest(({ rank }) => rank, limit)).toBe(lowest);
        model = model.filter((one) => one !== lowest);
      }
      expect(heap.popLowest(({ rank }) => rank, limit)).toBe(undefined);
      const rest = model.toSorted((a, b) => a.dueAt - b.dueAt);
      expect(rest.map(() => heap.pop())).toEqual(rest);
    }),
  );
});
