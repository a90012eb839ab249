import { expect, test } from "vitest";
import { createCollisions } from "./collisions.ts";

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
