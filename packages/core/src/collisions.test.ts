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
  expect(collisions.find(KEY)).toEqual([event]);
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
  expect(collisions.find(KEY)).toEqual([again]);
  expect(collisions.find(keyOf(0))).toBe(undefined);
});

test("keeps a hash alone of what Intercom has, young or old, and of no other event of that second", () => {
  const collisions = createCollisions();
  const [event, other] = [eventOf(), eventOf()];
  collisions.take(KEY, event.sequence, 5);
  expect(collisions.find(KEY)).toBe(undefined);
  collisions.add(KEY, event);
  collisions.take(KEY, other.sequence, 5);
  expect(collisions.find(KEY)).toEqual([event]);
  for (let index = 0; index < 5000; index += 1) collisions.add(keyOf(index), eventOf());
  collisions.take(KEY, event.sequence, 5);
  expect(collisions.find(KEY)).toEqual([5]);
  collisions.take(KEY, event.sequence, 6);
  expect(collisions.find(KEY)).toEqual([5]);
});

test("forgets what is removed, young or old, and no other event of that second", () => {
  const collisions = createCollisions();
  const [event, other] = [eventOf(), eventOf()];
  collisions.remove(KEY, event.sequence);
  collisions.add(KEY, event);
  collisions.remove(KEY, other.sequence);
  expect(collisions.find(KEY)).toEqual([event]);
  for (let index = 0; index < 5000; index += 1) collisions.add(keyOf(index), eventOf());
  collisions.remove(keyOf(10_000), event.sequence);
  collisions.remove(KEY, event.sequence);
  expect(collisions.find(KEY)).toBe(undefined);
  const late = eventOf();
  collisions.add(KEY, late);
  collisions.remove(KEY, late.sequence);
  expect(collisions.find(KEY)).toBe(undefined);
});

test("keeps the last 20 events of one second apart, and finds each that has ended", () => {
  const collisions = createCollisions();
  const events = Array.from({ length: 21 }, () => eventOf());
  for (const event of events) collisions.add(KEY, event, collisions.find(KEY));
  const [first, second, third, ...others] = events as [ReturnType<typeof eventOf>, ...typeof events];
  expect(collisions.find(KEY)).toEqual([second, third, ...others]);
  collisions.remove(KEY, first.sequence);
  collisions.take(KEY, second?.sequence ?? 0, 5);
  collisions.remove(KEY, third?.sequence ?? 0);
  expect(collisions.find(KEY)).toEqual([5, ...others]);
});

test("events of one second are young together, with their sizes, and forgotten together", () => {
  const collisions = createCollisions();
  const large = eventOf("x".repeat(4 * 1024 * 1024));
  const [event, another, third] = [eventOf(), eventOf(), eventOf()];
  collisions.add(KEY, large);
  collisions.add(keyOf(1), event); // Makes the first one old.
  collisions.add(KEY, another, collisions.find(KEY)); // Makes it young again.
  collisions.add(keyOf(2), event); // Makes both old.
  expect(collisions.find(KEY)?.length).toBe(2);
  collisions.add(KEY, third, collisions.find(KEY));
  for (const { sequence } of [large, another, third]) collisions.remove(KEY, sequence);
  expect(collisions.find(KEY)).toBe(undefined);
  expect(collisions.find(keyOf(1))).toEqual([event]);
  collisions.add(keyOf(3), event); // Makes the last ones old.
  expect(collisions.find(keyOf(1))).toBe(undefined);
});

test("each event of a second counts once, however many join it", () => {
  const collisions = createCollisions();
  const first = eventOf();
  collisions.add(keyOf(1), first);
  for (let index = 0; index < 20; index += 1) {
    collisions.add(KEY, eventOf("x".repeat(100 * 1024)), collisions.find(KEY));
  }
  expect(collisions.find(keyOf(1))).toEqual([first]);
});

test("an event joins those that Intercom has and those that it has not, though they are old", () => {
  const collisions = createCollisions();
  const [event, other, another] = [eventOf(), eventOf(), eventOf()];
  collisions.add(KEY, event);
  collisions.add(KEY, other, collisions.find(KEY));
  collisions.take(KEY, event.sequence, 5);
  for (let index = 0; index < 5000; index += 1) collisions.add(keyOf(index), eventOf());
  collisions.add(KEY, another, collisions.find(KEY));
  expect(collisions.find(KEY)).toEqual([5, other, another]);
});
