import { expect, test } from "vitest";
import { type OutboxOptions, outboxInteger, resolveOutboxOptions } from "./outbox-options.ts";

const DURABLE = { maxEvents: 1_000_000, maxDeadLetters: 10_000, deadLetterAge: 2_592_000_000 };

test("each option has its default, and the kind of outbox may have others", () => {
  expect(resolveOutboxOptions({}, [])).toEqual(DURABLE);
  expect(resolveOutboxOptions({}, [], { maxEvents: 5, maxDeadLetters: 6, deadLetterAge: 7 })).toEqual({
    maxEvents: 5,
    maxDeadLetters: 6,
    deadLetterAge: 7,
  });
  expect(resolveOutboxOptions({ maxEvents: undefined }, [], { maxEvents: 5 }).maxEvents).toBe(5);
});

test("what is given counts, down to the least that makes sense", () => {
  const least = { maxEvents: 1, maxDeadLetters: 0, deadLetterAge: 1 };
  expect(resolveOutboxOptions(least, [], { maxEvents: 5, maxDeadLetters: 6, deadLetterAge: 7 })).toEqual(
    least,
  );
  expect(resolveOutboxOptions({ path: "a" } as OutboxOptions, ["path"])).toEqual(DURABLE);
});

test.each<[unknown, string]>([
  [null, "the options must be an object, got null"],
  ["maxEvents", 'the options must be an object, got "maxEvents"'],
  [{ maxEvent: 5 }, '"maxEvent" must be one of path, store, maxEvents, maxDeadLetters, deadLetterAge'],
  [{ maxEvents: 0 }, '"maxEvents" must be a positive integer, got number 0'],
  [{ maxEvents: 1.5 }, '"maxEvents" must be a positive integer, got number 1.5'],
  [{ maxEvents: 2 ** 53 }, '"maxEvents" must be a positive integer, got number 9007199254740992'],
  [{ maxEvents: "5" }, '"maxEvents" must be a positive integer, got "5"'],
  [{ maxDeadLetters: -1 }, '"maxDeadLetters" must be 0 or a positive integer, got number -1'],
  [{ deadLetterAge: 0 }, '"deadLetterAge" must be a positive integer, got number 0'],
])("%j is refused", (options, message) => {
  expect(() => resolveOutboxOptions(options as OutboxOptions, ["path", "store"])).toThrow(
    new TypeError(`Cannot open outbox: ${message}`),
  );
});

test("an option of one kind of outbox may have a least of its own", () => {
  expect(outboxInteger("batch", 10, 10)).toBe(10);
  expect(() => outboxInteger("batch", 9, 10)).toThrow(
    new TypeError('Cannot open outbox: "batch" must be an integer of at least 10, got number 9'),
  );
});
