import { expect, test } from "vitest";
import { createBarrier } from "./barrier.ts";

const NEVER = new Promise<void>(() => undefined);

/** Whether a promise has resolved by now. */
async function isDone(promise: Promise<boolean>): Promise<boolean> {
  return Promise.race([promise.then(() => true), Promise.resolve().then(() => false)]);
}

test("nothing is waited for when nothing is open", async () => {
  const waited = createBarrier().wait(5, 0, NEVER);
  expect(await isDone(waited)).toBe(true);
  expect(await waited).toBe(true);
});

test("each waits for those that were open when it came, in any order, and for no later ones", async () => {
  const barrier = createBarrier();
  const first = barrier.wait(3, 2, NEVER); // 2 and 3 are open.
  const second = barrier.wait(4, 3, NEVER);
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
  const waiting = [barrier.wait(9, 4, NEVER), barrier.wait(20, 12, NEVER)];
  barrier.recount();
  expect(await Promise.all(waiting)).toEqual([false, false]);
  const later = barrier.wait(21, 1, NEVER);
  expect(await isDone(later)).toBe(false);
  barrier.end(21);
  expect(await later).toBe(true);
});

test("who waits no longer is forgotten", async () => {
  const barrier = createBarrier();
  const [expired, other] = [barrier.wait(2, 1, Promise.resolve()), barrier.wait(2, 1, NEVER)];
  await Promise.resolve();
  barrier.end(2);
  expect([await isDone(expired), await isDone(other)]).toEqual([false, true]);
});
