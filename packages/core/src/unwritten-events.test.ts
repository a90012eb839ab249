import { expect, test } from "vitest";
import type { PendingEvent } from "./pending-event.ts";
import { createUnwrittenEvents } from "./unwritten-events.ts";

const [a, b, c] = ["a", "b", "c"].map((id) => ({ id }) as PendingEvent) as [
  PendingEvent,
  PendingEvent,
  PendingEvent,
];

function withThree() {
  const unwritten = createUnwrittenEvents();
  for (const event of [a, b, c]) unwritten.add(event);
  return unwritten;
}

test("events come in the order they were added, so many at most", () => {
  const unwritten = withThree();
  expect([0, 2, 3, Number.POSITIVE_INFINITY].map(unwritten.first)).toEqual([
    [],
    [a, b],
    [a, b, c],
    [a, b, c],
  ]);
});

test("what is being written makes no room for others", () => {
  const unwritten = withThree();
  unwritten.begin(2);
  expect([unwritten.takeOldest(), unwritten.takeOldest()]).toEqual([c, undefined]);
  expect([unwritten.size(), unwritten.has(b), unwritten.has(c)]).toEqual([2, true, false]);
});

test("while each of a batch ends, the others stay where they are", () => {
  const unwritten = withThree();
  unwritten.begin(2);
  unwritten.end(a);
  expect([unwritten.takeOldest(), unwritten.takeOldest()]).toEqual([c, undefined]);
});

test("one that is not being written just now is known as well", () => {
  const unwritten = withThree();
  unwritten.begin(1);
  expect([unwritten.handOut("c"), unwritten.takeOldest(), unwritten.handOut("b")]).toEqual([true, b, false]);
});

test("one that was handed out meanwhile says so once it is written, and once only", () => {
  const unwritten = withThree();
  unwritten.begin(2);
  expect([unwritten.handOut("b"), unwritten.handOut("d")]).toEqual([true, false]);
  expect([unwritten.end(a), unwritten.end(b)]).toEqual([false, true]);
  unwritten.add(b);
  unwritten.begin(1);
  expect(unwritten.end(b)).toBe(false);
});

test("those that come and go after something was handed out are known as well", () => {
  const unwritten = createUnwrittenEvents();
  unwritten.add(a);
  expect(unwritten.handOut("b")).toBe(false);
  unwritten.add(b);
  expect(unwritten.handOut("b")).toBe(true);
  unwritten.begin(2);
  expect([unwritten.end(a), unwritten.handOut("a")]).toEqual([false, false]);
  expect([unwritten.end(b), unwritten.handOut("b")]).toEqual([true, false]);
  unwritten.add(c);
  expect([unwritten.handOut("b"), unwritten.handOut("c")]).toEqual([false, true]);
});
