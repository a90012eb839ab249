import fc from "fast-check";
import { expect, test } from "vitest";
import { createFifo } from "./fifo.ts";

test("items come out in the order they went in, whatever is done in between", () => {
  const step = fc.oneof(fc.constant("push"), fc.constant("shift"), fc.constant("peek"));
  fc.assert(
    fc.property(fc.array(step, { maxLength: 400 }), (steps) => {
      const fifo = createFifo<number>();
      const model: number[] = [];
      for (const [index, name] of steps.entries()) {
        if (name === "push") {
          fifo.push(index);
          model.push(index);
        } else if (name === "shift") expect(fifo.shift()).toBe(model.shift());
        else expect(fifo.peek()).toBe(model[0]);
        expect([fifo.size(), fifo.items()]).toEqual([model.length, model]);
      }
    }),
  );
});

test("also when many are taken out, and room is made of their places", () => {
  const fifo = createFifo<number>();
  let [added, taken] = [0, 0];
  for (let round = 0; round < 50; round += 1) {
    for (let index = 0; index < 500; index += 1) fifo.push(added++);
    for (let index = 0; index < 490; index += 1) expect(fifo.shift()).toBe(taken++);
  }
  expect([fifo.size(), fifo.peek(), fifo.items().length]).toEqual([500, taken, 500]);
  while (fifo.size() > 0) expect(fifo.shift()).toBe(taken++);
  expect([taken, fifo.shift(), fifo.peek(), fifo.size()]).toEqual([added, undefined, undefined, 0]);
});
