import { expect, test } from "vitest";
import { createCollisions, keyOf, subjectOf } from "./collisions.ts";
import type { WireEvent } from "./event.ts";

const KEY = keyOf("placed-order u1", 100);

/** An event as far as it is remembered. */
function eventOf(body = "body"): { body: string; receipt: object } {
  return { body, receipt: {} };
}

test("a second is its event's, for one subject", () => {
  const collisions = createCollisions();
  const event = eventOf();
  collisions.add(KEY, event);
  expect(collisions.find(KEY)).toBe(event);
  expect(collisions.find(keyOf("placed-order u1", 101))).toBe(undefined);
  expect(collisions.find(keyOf("placed-order u2", 100))).toBe(undefined);
});

test("remembers the last 5,000 and no more than 10,000", () => {
  const collisions = createCollisions();
  for (let index = 0; index < 10_000; index += 1) collisions.add(`${index}`, eventOf());
  expect([0, 4999, 5000, 9999].map((index) => collisions.find(`${index}`) !== undefined)).toEqual(
    Array(4).fill(true),
  );
  collisions.add("one more", eventOf());
  expect([0, 4999, 5000, 9999].map((index) => collisions.find(`${index}`) !== undefined)).toEqual([
    false,
    false,
    true,
    true,
  ]);
});

test("remembers fewer of large ones", () => {
  const collisions = createCollisions();
  for (let index = 0; index < 8; index += 1) collisions.add(`${index}`, eventOf("x".repeat(1024 * 1024)));
  expect(collisions.find("0")).toBeDefined();
  collisions.add("8", eventOf("x"));
  expect([3, 4].map((index) => collisions.find(`${index}`) !== undefined)).toEqual([false, true]);
});

test("what is added again is young again", () => {
  const collisions = createCollisions();
  const again = eventOf();
  collisions.add(KEY, eventOf());
  for (let index = 0; index < 5000; index += 1) collisions.add(`${index}`, eventOf());
  collisions.add(KEY, again);
  for (let index = 5000; index < 10_000; index += 1) collisions.add(`${index}`, eventOf());
  expect(collisions.find(KEY)).toBe(again);
  expect(collisions.find("0")).toBe(undefined);
});

test("forgets what is removed, young or old, and no other event of that second", () => {
  const collisions = createCollisions();
  const [event, other] = [eventOf(), eventOf()];
  collisions.remove(KEY, event.receipt);
  collisions.add(KEY, event);
  collisions.remove(KEY, other.receipt);
  expect(collisions.find(KEY)).toBe(event);
  for (let index = 0; index < 5000; index += 1) collisions.add(`${index}`, eventOf());
  collisions.remove("another", event.receipt);
  expect(collisions.find(KEY)).toBe(event);
  collisions.remove(KEY, { ...event }.receipt);
  expect(collisions.find(KEY)).toBe(undefined);
  const late = eventOf();
  collisions.add(KEY, late);
  collisions.remove(KEY, late.receipt);
  expect(collisions.find(KEY)).toBe(undefined);
});

const rest = { event_name: "Placed.Order", created_at: 100 };

test.each<[string, object, object, boolean]>([
  [
    "names are one as Intercom folds them",
    { user_id: "1" },
    { user_id: "1", event_name: "placed-order" },
    true,
  ],
  [
    "of all dots and dollar signs",
    { user_id: "1", event_name: "a.b$c.d" },
    { user_id: "1", event_name: "A-b-c-d" },
    true,
  ],
  ["other names are others", { user_id: "1" }, { user_id: "1", event_name: "placed_order" }, false],
  ["the second does not matter", { user_id: "1" }, { user_id: "1", created_at: 5 }, true],
  ["user ids differ", { user_id: "1" }, { user_id: "2" }, false],
  ["user ids differ by case", { user_id: "a" }, { user_id: "A" }, false],
  ["ids differ", { id: "1" }, { id: "2" }, false],
  ["an id is no user id", { id: "1" }, { user_id: "1" }, false],
  ["addresses differ", { email: "a@example.org" }, { email: "b@example.org" }, false],
  ["addresses do not differ by case", { email: "a@example.org" }, { email: "A@Example.org" }, true],
  ["an address is no user id", { email: "a@example.org" }, { user_id: "a@example.org" }, false],
])("subjects: %s", (_, one, other, isSame) => {
  const [first, second] = [one, other].map((given) => subjectOf({ ...rest, ...given } as WireEvent));
  expect(first === second).toBe(isSame);
});

test("subjects stay right with more names than are remembered", () => {
  for (let round = 0; round < 2; round += 1) {
    for (let index = 0; index < 1500; index += 1) {
      expect(subjectOf({ user_id: "1", event_name: `Name.${index}`, created_at: 1 })).toBe(
        `name-${index} u1`,
      );
    }
  }
});
