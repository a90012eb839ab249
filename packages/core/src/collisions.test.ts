import { expect, test } from "vitest";
import { createCollisions, subjectOf } from "./collisions.ts";
import type { WireEvent } from "./event.ts";

const SUBJECT = "placed-order u1";

/** An event as far as it is remembered. */
function eventOf(body = "body"): { body: string; receipt: object } {
  return { body, receipt: {} };
}

test("a second is its event's, for one subject", () => {
  const collisions = createCollisions();
  const event = eventOf();
  collisions.add(SUBJECT, 100, event);
  expect(collisions.find(SUBJECT, 100)).toBe(event);
  expect(collisions.find(SUBJECT, 101)).toBe(undefined);
  expect(collisions.find("placed-order u2", 100)).toBe(undefined);
});

test("finds the next free second, and none beyond a minute", () => {
  const collisions = createCollisions();
  expect(collisions.freeSecond(SUBJECT, 100)).toBe(100);
  for (let second = 100; second < 105; second += 1) collisions.add(SUBJECT, second, eventOf());
  expect(collisions.freeSecond(SUBJECT, 100)).toBe(105);
  for (let second = 105; second < 159; second += 1) collisions.add(SUBJECT, second, eventOf());
  expect(collisions.freeSecond(SUBJECT, 100)).toBe(159);
  collisions.add(SUBJECT, 159, eventOf());
  expect(collisions.freeSecond(SUBJECT, 100)).toBe(undefined);
});

test("forgets the oldest beyond 10,000, and what is added again is the youngest", () => {
  const collisions = createCollisions();
  for (let second = 0; second < 10_000; second += 1) collisions.add(SUBJECT, second, eventOf());
  collisions.add(SUBJECT, 0, eventOf());
  expect(collisions.find(SUBJECT, 1)).toBeDefined();
  collisions.add(SUBJECT, 10_000, eventOf());
  expect([0, 1, 2].map((second) => collisions.find(SUBJECT, second) !== undefined)).toEqual([
    true,
    false,
    true,
  ]);
});

test("forgets the oldest beyond 8 MiB of text, also of those that were replaced or removed", () => {
  const collisions = createCollisions();
  const large = () => eventOf("x".repeat(1024 * 1024));
  for (let second = 0; second < 8; second += 1) collisions.add(SUBJECT, second, large());
  collisions.add(SUBJECT, 7, large());
  const last = large();
  collisions.add(SUBJECT, 6, last);
  collisions.remove(SUBJECT, 6, last.receipt);
  collisions.add(SUBJECT, 8, large());
  expect(collisions.find(SUBJECT, 0)).toBeDefined();
  collisions.add(SUBJECT, 9, eventOf("x"));
  expect(collisions.find(SUBJECT, 0)).toBe(undefined);
  expect(collisions.find(SUBJECT, 1)).toBeDefined();
});

test("forgets what is removed, and no other event of that second", () => {
  const collisions = createCollisions();
  const [event, other] = [eventOf(), eventOf()];
  collisions.remove(SUBJECT, 100, undefined as never);
  collisions.add(SUBJECT, 100, event);
  collisions.remove(SUBJECT, 100, other.receipt);
  collisions.remove(SUBJECT, 101, event.receipt);
  expect(collisions.find(SUBJECT, 100)).toBe(event);
  collisions.remove(SUBJECT, 100, { ...event }.receipt);
  expect(collisions.find(SUBJECT, 100)).toBe(undefined);
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
