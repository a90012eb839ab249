import { expect, test } from "vitest";
import { type Barrier, createBarrier } from "./barrier.ts";

const NEVER = new Promise<void>(() => undefined);

/** Whether a promise has resolved by now. */
async function isDone(promise: Promise<boolean>): Promise<boolean> {
  return Promise.race([promise.then(() => true), Promise.resolve().then(() => false)]);
}

/** A barrier that has given out so many numbers. */
function barrierOf(numbers: number): Barrier {
  const barrier = createBarrier();
  for (let number = 1; number <= numbers; number += 1) expect(barrier.begin()).toBe(number);
  return barrier;
}

test("nothing is waited for when nothing is open", async () => {
  const waited = barrierOf(5).wait(0, NEVER);
  expect(await isDone(waited)).toBe(true);
  expect(await waited).toBe(true);
});

test("each waits for those that were open when it came, in any order, and for no later ones", async () => {
  const barrier = barrierOf(3);
  const first = barrier.wait(2, NEVER); // 2 and 3 are open.
  barrier.begin();
  const second = barrier.wait(3, NEVER);
  barrier.end(barrier.begin());
  barrier.end(3);
  expect([await isDone(first), await isDone(second)]).toEqual([false, false]);
  barrier.end(2);
  expect([await isDone(first), await isDone(second)]).toEqual([true, false]);
  barrier.end(4);
  expect(await isDone(second)).toBe(true);
  barrier.end(1);
});

test("all who wait can be had count again", async () => {
  const barrier = barrierOf(20);
  const waiting = [barrier.wait(4, NEVER), barrier.wait(12, NEVER)];
  barrier.recount();
  expect(await Promise.all(waiting)).toEqual([false, false]);
  const number = barrier.begin();
  const later = barrier.wait(1, NEVER);
  expect(await isDone(later)).toBe(false);
  barrier.end(number);
  expect(await later).toBe(true);
});

test("who waits no longer is forgotten", async () => {
  const barrier = barrierOf(2);
  const [expired, other] = [barrier.wait(1, Promise.resolve()), barrier.wait(1, NEVER)];
  await Promise.resolve();
  barrier.end(2);
  expect([await isDone(expired), await isDone(other)]).toEqual([false, true]);
});
