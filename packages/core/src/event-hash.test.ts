import { expect, test } from "vitest";
import type { WireEvent } from "./event.ts";
import { createEventHash } from "./event-hash.ts";

const rest = { event_name: "Placed.Order", created_at: 100 };
const hash = createEventHash(() => 0.3);

function textOf(event: object, second = 100, { of } = hash): string {
  const { high, low } = of({ ...rest, ...event } as WireEvent, second);
  return `${high} ${low}`;
}

test.each<[string, object, object, boolean]>([
  ["names as Intercom folds them", { user_id: "1" }, { user_id: "1", event_name: "placed-order" }, true],
  [
    "all dots and dollar signs",
    { user_id: "1", event_name: "a.b$c.d" },
    { user_id: "1", event_name: "A-b-c-d" },
    true,
  ],
  ["other names", { user_id: "1" }, { user_id: "1", event_name: "placed_order" }, false],
  ["their own times", { user_id: "1" }, { user_id: "1", created_at: 5 }, true],
  ["user ids", { user_id: "1" }, { user_id: "2" }, false],
  ["user ids by case", { user_id: "a" }, { user_id: "A" }, false],
  ["ids", { id: "1" }, { id: "2" }, false],
  ["an id and a user id", { id: "1" }, { user_id: "1" }, false],
  ["addresses", { email: "a@example.org" }, { email: "b@example.org" }, false],
  ["addresses by case", { email: "a@example.org" }, { email: "A@Example.org" }, true],
  ["an address and a user id", { email: "a@example.org" }, { user_id: "a@example.org" }, false],
  ["an address and an id", { email: "a@example.org" }, { id: "a@example.org" }, false],
  ["where a name ends", { user_id: "u1", event_name: "a" }, { user_id: "1", event_name: "a u" }, false],
  [
    "where a contact begins",
    { user_id: "b u c", event_name: "a" },
    { user_id: " c", event_name: "a ub" },
    false,
  ],
  [
    "where a contact with a zero begins",
    { user_id: "b u\0c", event_name: "a" },
    { user_id: "c", event_name: "a u\0b" },
    false,
  ],
  ["metadata", { user_id: "1" }, { user_id: "1", metadata: { plan: "pro" } }, true],
])("two events that differ in %s", (_, one, other, isSame) => {
  expect(textOf(one) === textOf(other)).toBe(isSame);
});

test("seconds differ, and one does not depend on what was asked before", () => {
  const event = { user_id: "1" };
  const [first, second] = [textOf(event, 100), textOf(event, 101)];
  expect(second).not.toBe(first);
  expect(textOf(event, 100)).toBe(first);
});

test("no two of 100,000 contacts, names and seconds are alike in either half by more than chance", () => {
  const halves = { high: new Set<number>(), low: new Set<number>() };
  for (let index = 0; index < 100_000; index += 1) {
    const event = { ...rest, user_id: `user-${index % 5000}`, event_name: `name-${index % 4}` };
    const { high, low } = hash.of(event, 1_700_000_000 + index);
    halves.high.add(high);
    halves.low.add(low);
  }
  // By chance it is one or two.
  expect(halves.high.size).toBeGreaterThan(99_980);
  expect(halves.low.size).toBeGreaterThan(99_980);
});

test("hashes differ from client to client", () => {
  const other = createEventHash(() => 0.7);
  expect(textOf({ user_id: "1" }, 100, other)).not.toBe(textOf({ user_id: "1" }));
  expect(other.ofBody('{"a":1}')).not.toBe(hash.ofBody('{"a":1}'));
});

test("bodies that differ have different hashes", () => {
  expect(hash.ofBody('{"a":1}')).toBe(hash.ofBody('{"a":1}'));
  expect(hash.ofBody('{"a":1}')).not.toBe(hash.ofBody('{"a":2}'));
});
