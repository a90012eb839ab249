import fc from "fast-check";
import type { ReadReply } from "../src/transport.ts";

/** The headers of a reply, from a list of them. */
export function headersOf(list: Readonly<Record<string, string>>): ReadReply["headers"] {
  return new Headers(list);
}

const time = fc.date({ min: new Date(0), max: new Date("9999-12-31"), noInvalidDate: true });

/** A header's text: nonsense, a number in one of many forms, or a time in one of many forms. */
export const anyHeaderText: fc.Arbitrary<string> = fc.oneof(
  fc.string({ unit: "binary-ascii" }),
  fc.double().map(String),
  fc.integer().map(String),
  fc.bigInt().map(String),
  fc.stringMatching(/^[-+ .,\dabex]*$/),
  time.map((date) => date.toUTCString()),
  time.map((date) => date.toISOString()),
  time.map((date) => String(Math.floor(date.getTime() / 1000))),
);

/** Headers that a reply may come with, of those that are read; none of them is checked by anyone. */
export const anyHeaders: fc.Arbitrary<ReadReply["headers"]> = fc
  .dictionary(fc.constantFrom("date", "retry-after", "x-ratelimit-reset", "x-request-id"), anyHeaderText)
  .map((list) => ({ get: (name) => (Object.hasOwn(list, name) ? (list[name] ?? null) : null) }));
