import { expect, test } from "vitest";
import { createCollisions } from "./collisions.ts";

const KEY = { high: 7, low: -1 };

const keyOf = (index: number) => ({ high: index, low: 1 });

let sequence = 0;

/** An event as far as it is remembered. */
function eventOf(body = "body"): { body: string; sequence: number } {
  sequence += 1;
  return { body, sequence };
}

test("a second is its event's", () => {
  const collisions = createCollisions();
  const event = eventOf();
  collisions.add(KEY, event);
  expect(collisions.find(KEY)).toBe(event);
  expect(collisions.find(keyOf(7))).toBe(undefined);
});

test("remembers the last 5,000 and no more than 10,000", () => {
  const collisions = createCollisions();
  const remembered = () => [0, 4999, 5000, 9999].map((index) => collisions.find(keyOf(index)) !== undefined);
  for (let index = 0; index < 10_000; index += 1) collisions.add(keyOf(index), eventOf());
  expect(remembered()).toEqual([true, true, true, true]);
  collisions.add(KEY, eventOf());
  expect(remembered()).toEqual([false, false, true, true]);
});

test("remembers fewer of large ones", () => {
  const collisions = createCollisions();
  for (let index = 0; index < 8; index += 1) collisions.add(keyOf(index), eventOf("x".repeat(1024 * 1024)));
  expect(collisions.find(keyOf(0))).toBeDefined();
  collisions.add(keyOf(8), eventOf("x"));
  expect([3, 4].map((index) => collisions.find(keyOf(index)) !== undefined)).toEqual([false, true]);
});

test("what is added again is young again", () => {
  const collisions = createCollisions();
  const again = eventOf();
  collisions.add(KEY, eventOf());
  for (let index = 0; index < 5000; index += 1) collisions.add(keyOf(index), eventOf());
  collisions.add(KEY, again);
  for (let index = 5000; index < 10_000; index += 1) collisions.add(keyOf(index), eventOf());
  expect(collisions.find(KEY)).toBe(again);
  expect(collisions.find(keyOf(0))).toBe(undefined);
});

test("keeps a hash alone of what Intercom has, young or old, and of no other event of that second", () => {
  const collisions = createCollisions();
  const [event, other] = [eventOf(), eventOf()];
  collisions.take(KEY, event.sequence, 5);
  expect(collisions.find(KEY)).toBe(undefined);
  collisions.add(KEY, event);
  collisions.take(KEY, other.sequence, 5);
  expect(collisions.find(KEY)).toBe(event);
  for (let index = 0; index < 5000; index += 1) collisions.add(keyOf(index), eventOf());
  collisions.take(KEY, event.sequence, 5);
  expect(collisions.find(KEY)).toBe(5);
  collisions.take(KEY, event.sequence, 6);
  expect(collisions.find(KEY)).toBe(5);
});

test("forgets what is removed, young or old, and no other event of that second", () => {
  const collisions = createCollisions();
  const [event, other] = [eventOf(), eventOf()];
  collisions.remove(KEY, event.sequence);
  collisions.add(KEY, event);
  collisions.remove(KEY, other.sequence);
  expect(collisions.find(KEY)).toBe(event);
  for (let index = 0; index < 5000; index += 1) collisions.add(keyOf(index), eventOf());
  collisions.remove(keyOf(10_000), event.sequence);
  collisions.remove(KEY, event.sequence);
  expect(collisions.find(KEY)).toBe(undefined);
  const late = eventOf();
  collisions.add(KEY, late);
  collisions.remove(KEY, late.sequence);
  expect(collisions.find(KEY)).toBe(undefined);
});
