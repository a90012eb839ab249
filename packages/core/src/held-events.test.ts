import { expect, test } from "vitest";
import { createHeldEvents } from "./held-events.ts";
import type { PendingEvent } from "./pending-event.ts";

const of = (id: string, characters: number) => ({ id, body: "x".repeat(characters) }) as PendingEvent;

/** In memory that has room for so much, with so many events being delivered. */
function heldIn(maxEvents: number, maxBytes: number, delivering = 0) {
  return createHeldEvents({ maxEvents, maxBytes }, () => delivering);
}

test("half of memory is for what is being written", () => {
  expect(heldIn(100, 1000).room()).toBe(50);
  expect(heldIn(101, 1000, 20).room()).toBe(31);
});

test("however large memory is, events beyond 2000 wait in the outbox alone", () => {
  expect(heldIn(1_000_000, 1_000_000).room()).toBe(2000);
});

test("while no length is known there is room for as many as the number allows, also if all bytes are taken", () => {
  const held = heldIn(20, 1000);
  held.hold(of("a", 500));
  expect(held.room()).toBe(10);
});

test("there is room for as many as fit if they are as long as those before", () => {
  const held = heldIn(100, 1000);
  held.learn([of("a", 150), of("b", 50)]);
  held.learn([]);
  expect(held.room()).toBe(5);
  held.hold(of("a", 150));
  expect(held.room()).toBe(4); // The last of them may be shorter.
});

test.each<[delivering: number, characters: number, fits: boolean]>([
  [8, 100, true],
  [9, 100, false],
  [8, 250, true],
  [8, 251, false],
])("two more beside %i, of %i characters each: %s", (delivering, characters, fits) => {
  expect(heldIn(20, 1000, delivering).hasRoomFor([of("a", characters), of("b", characters)])).toBe(fits);
});

test("one that is longer than all the room is taken if there is no other", () => {
  const held = heldIn(20, 1000);
  const long = of("a", 501);
  expect(held.hasRoomForOne(long)).toBe(true);
  held.hold(of("b", 1));
  expect([held.hasRoomForOne(long), held.hasRoomForOne(of("c", 499))]).toEqual([false, true]);
});

test("it is half full by number or by length", () => {
  expect(heldIn(20, 1000, 5).isHalfFull()).toBe(false);
  expect(heldIn(20, 1000, 5).isHalfFull(1)).toBe(true);
  const held = heldIn(20, 1000);
  held.hold(of("a", 250));
  expect(held.isHalfFull()).toBe(false);
  held.hold(of("b", 1));
  expect(held.isHalfFull()).toBe(true);
});

test("what is released leaves its room, and another event with its id is not the one held", () => {
  const held = heldIn(20, 1000);
  const event = of("a", 400);
  held.hold(event);
  expect([held.holds(event), held.holds(of("a", 400)), held.byId.size]).toEqual([true, false, 1]);
  held.release(event);
  expect([held.holds(event), held.hasRoomForOne(of("b", 500)), held.byId.size]).toEqual([false, true, 0]);
});
