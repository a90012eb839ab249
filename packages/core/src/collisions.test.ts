import { expect, test } from "vitest";
import { createCollisions } from "./collisions.ts";
import type { WireEvent } from "./event.ts";

const event = { user_id: "1", event_name: "Placed.Order", created_at: 100 };

test("tells the same event, another one and none apart by contact, folded name and second", () => {
  const collisions = createCollisions<string>();
  collisions.add(event, "body", "first");
  expect(collisions.find(event, "body")).toEqual({ kind: "same", earlier: "first" });
  expect(collisions.find({ ...event, event_name: "placed-order" }, "other")).toEqual({ kind: "different" });
  expect(collisions.find({ ...event, created_at: 101 }, "body")).toEqual({ kind: "none" });
  expect(collisions.find({ ...event, user_id: "2" }, "body")).toEqual({ kind: "none" });
  expect(collisions.find({ id: "1", event_name: "placed-order", created_at: 100 }, "body")).toEqual({
    kind: "none",
  });
});

test("finds the next free second, and gives up after a minute", () => {
  const collisions = createCollisions<string>();
  for (let second = 100; second < 105; second += 1) collisions.add({ ...event, created_at: second }, "", "");
  expect(collisions.freeSecond(event)).toBe(105);
  for (let second = 105; second < 160; second += 1) collisions.add({ ...event, created_at: second }, "", "");
  expect(collisions.freeSecond(event)).toBe(100);
});

test("forgets the oldest beyond 10,000, and what is removed", () => {
  const collisions = createCollisions<number>();
  for (let second = 0; second <= 10_000; second += 1)
    collisions.add({ ...event, created_at: second }, "", second);
  expect(collisions.find({ ...event, created_at: 0 }, "")).toEqual({ kind: "none" });
  expect(collisions.find({ ...event, created_at: 1 }, "").kind).toBe("same");
  collisions.remove({ ...event, created_at: 1 }, 2); // Another event's.
  expect(collisions.find({ ...event, created_at: 1 }, "").kind).toBe("same");
  collisions.remove({ ...event, created_at: 1 }, 1);
  expect(collisions.find({ ...event, created_at: 1 }, "").kind).toBe("none");
});

test.each([
  ["an id", { id: "1" }, { id: "2" }],
  ["a user id", { user_id: "1" }, { user_id: "2" }],
  ["an address, in any case", { email: "a@example.org" }, { email: "b@example.org" }],
])("tells contacts apart by %s", (_, contact, another) => {
  const collisions = createCollisions<string>();
  const rest = { event_name: "a", created_at: 100 };
  collisions.add({ ...contact, ...rest } as WireEvent, "body", "first");
  expect(collisions.find({ ...contact, ...rest } as WireEvent, "body").kind).toBe("same");
  expect(collisions.find({ ...another, ...rest } as WireEvent, "body").kind).toBe("none");
  const capitals = JSON.parse(JSON.stringify(contact).replace(/[ab]@/, (name) => name.toUpperCase()));
  expect(collisions.find({ ...capitals, ...rest }, "body").kind).toBe("same");
});

test("what is added again is the youngest", () => {
  const collisions = createCollisions<number>();
  for (let second = 0; second < 10_000; second += 1)
    collisions.add({ ...event, created_at: second }, "", second);
  collisions.add({ ...event, created_at: 0 }, "", 0);
  collisions.add({ ...event, created_at: 10_000 }, "", 10_000);
  expect(collisions.find({ ...event, created_at: 0 }, "").kind).toBe("same");
  expect(collisions.find({ ...event, created_at: 1 }, "").kind).toBe("none");
});

test("to remove what is not remembered does nothing", () => {
  const collisions = createCollisions<string>();
  collisions.remove(event, "first");
  expect(collisions.find(event, "body").kind).toBe("none");
});
