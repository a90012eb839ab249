import { expect, test } from "vitest";
import { createBarrier } from "./barrier.ts";

/** Whether a promise has resolved by now. */
async function isDone(promise: Promise<void>): Promise<boolean> {
  return Promise.race([promise.then(() => true), Promise.resolve().then(() => false)]);
}

test("nothing is waited for when nothing is open", async () => {
  expect(await isDone(createBarrier().wait(5, 0))).toBe(true);
});

test("each waits for those that were open when it came, in any order, and for no later ones", async () => {
  const barrier = createBarrier();
  const first = barrier.wait(3, 2); // 2 and 3 are open.
  const second = barrier.wait(4, 3);
  barrier.end(5);
  barrier.end(3);
  expect([await isDone(first), await isDone(second)]).toEqual([false, false]);
  barrier.end(2);
  expect([await isDone(first), await isDone(second)]).toEqual([true, false]);
  barrier.end(4);
  expect(await isDone(second)).toBe(true);
  barrier.end(1);
});

test("all may end at once", async () => {
  const barrier = createBarrier();
  const waiting = [barrier.wait(9, 4), barrier.wait(20, 12)];
  barrier.endAll();
  expect(await Promise.all(waiting.map(isDone))).toEqual([true, true]);
  expect(await isDone(barrier.wait(21, 1))).toBe(false);
});
