import { expect, test } from "vitest";
import { createBarrier } from "./barrier.ts";

/** Whether a promise has resolved by now. */
async function isDone(promise: Promise<boolean>): Promise<boolean> {
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

test("all who wait can be had count again", async () => {
  const barrier = createBarrier();
  const waiting = [barrier.wait(9, 4), barrier.wait(20, 12)];
  barrier.recount();
  expect(await Promise.all(waiting)).toEqual([false, false]);
  const later = barrier.wait(21, 1);
  expect(await isDone(later)).toBe(false);
  barrier.end(21);
  expect(await later).toBe(true);
});
