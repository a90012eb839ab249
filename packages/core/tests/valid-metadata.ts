import fc from "fast-check";
import type { DecodedValue } from "../src/decode-metadata.ts";
import { monetaryAmount } from "../src/money.ts";
import { richLink } from "../src/rich-link.ts";

/** A key, a value for it, and what the value should be read as by the other side. */
export interface ValidEntry {
  readonly key: string;
  readonly given: unknown;
  readonly meant: DecodedValue;
}

const plainKey = fc.oneof(
  fc.stringMatching(/^[A-Za-z][\w -]{0,20}$/).filter((key) => !/_date$/i.test(key)),
  fc.constantFrom("__proto__", "constructor", "toString", "7", "città", "🎁"),
);
const dateKey = fc.stringMatching(/^[a-z]{1,8}_date$/);
const text = fc.string({ unit: "grapheme" }).filter((given) => !/^https?:/i.test(given));
const number = fc.double({ noNaN: true, noDefaultInfinity: true }).map((given) => given + 0); // No minus zero in JSON.
const url = fc.webUrl().map((given) => new URL(given));
const date = fc.date({ min: new Date(-1e14), max: new Date(1e14 - 1), noInvalidDate: true });
const currency = fc.stringMatching(/^[A-Za-z]{3}$/);
const title = fc.string({ minLength: 1 }).filter((given) => given.trim() !== "");

const plainValue: fc.Arbitrary<Omit<ValidEntry, "key">> = fc.oneof(
  text.map((given) => ({ given, meant: { type: "string" as const, value: given } })),
  number.map((given) => ({ given, meant: { type: "number" as const, value: given } })),
  fc.boolean().map((given) => ({ given, meant: { type: "boolean" as const, value: given } })),
  url.map((given) => ({ given, meant: { type: "link" as const, url: given.href } })),
  fc.tuple(url, title).map(([to, value]) => ({
    given: richLink(to, value),
    meant: { type: "rich_link" as const, url: to.href, value },
  })),
  fc.tuple(fc.maxSafeInteger(), currency).map(([amount, code]) => ({
    given: monetaryAmount(amount, code),
    meant: { type: "monetary_amount" as const, amount, currency: code.toLowerCase() },
  })),
);

const dateValue: fc.Arbitrary<Omit<ValidEntry, "key">> = date.map((given) => ({
  given,
  meant: { type: "date", value: new Date(Math.floor(given.getTime() / 1000) * 1000) },
}));

/** Metadata that must be accepted, as entries with keys that differ in more than case. */
export const validEntries: fc.Arbitrary<ValidEntry[]> = fc.uniqueArray(
  fc.oneof(
    fc.tuple(plainKey, plainValue).map(([key, value]) => ({ key, ...value })),
    fc.tuple(dateKey, dateValue).map(([key, value]) => ({ key, ...value })),
  ),
  { selector: ({ key }) => key.toLowerCase(), maxLength: 20 },
);
