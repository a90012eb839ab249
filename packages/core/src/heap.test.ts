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

test("is empty when cleared", () => {
  const heap = createHeap<string>();
  heap.push(1, "a");
  heap.clear();
  expect([heap.size(), heap.nextAt(), heap.pop()]).toEqual([0, undefined, undefined]);
  heap.push(2, "b");
  expect(heap.items()).toEqual(["b"]);
});
