import { describe, expect, test } from "vitest";
import { createTickBatch } from "./tick-batch.ts";

/** A batch, and the items that were worked on. */
function start(work: (item: number) => void = () => undefined) {
  const done: number[] = [];
  const batch = createTickBatch<number>((item) => {
    done.push(item);
    work(item);
  });
  return { batch, done };
}

describe("a batch of a tick", () => {
  test("is worked on in order, before anything else that waits for the tick to end", async () => {
    const { batch, done } = start();
    for (const item of [1, 2, 3]) batch.add(item, 10);
    expect(done).toEqual([]);
    await undefined;
    expect(done).toEqual([1, 2, 3]);
  });

  test("is worked on once, at once if asked to", async () => {
    const { batch, done } = start();
    batch.add(1, 10);
    batch.run();
    expect(done).toEqual([1]);
    batch.add(2, 10);
    await undefined;
    expect(done).toEqual([1, 2]);
    batch.add(3, 10);
    await undefined;
    expect(done).toEqual([1, 2, 3]);
  });

  test.each([
    ["1,000 items", 1000, 1],
    ["a million characters", 16, 65_536],
  ])("puts off less than %s", (_, count, size) => {
    const { batch, done } = start();
    for (let item = 1; item < count; item += 1) batch.add(item, size);
    expect(done).toEqual([]);
    batch.add(count, size);
    expect(done).toHaveLength(count);
    batch.add(count + 1, size);
    expect(done).toHaveLength(count);
  });

  test("keeps its order when the work adds items and has them worked on", async () => {
    const { batch, done } = start((item) => {
      if (item !== 1) return;
      batch.add(4, 10);
      batch.run();
    });
    for (const item of [1, 2, 3]) batch.add(item, 10);
    await undefined;
    expect(done).toEqual([1, 2, 3, 4]);
  });

  test("goes on after work that threw", () => {
    const { batch, done } = start((item) => {
      if (item === 1) throw new Error("It cannot be done");
    });
    for (const item of [1, 2]) batch.add(item, 10);
    expect(() => batch.run()).toThrow("It cannot be done");
    batch.run();
    expect(done).toEqual([1, 2]);
  });
});
