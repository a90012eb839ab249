import fc from "fast-check";
import { expect, test } from "vitest";
import { decodeMetadata } from "./decode-metadata.ts";
import type { WireMetadata } from "./metadata.ts";

const TYPES = ["string", "number", "boolean", "date", "link", "rich_link", "monetary_amount"];

test("any JSON is decoded, key by key, and no date is invalid", () => {
  fc.assert(
    fc.property(fc.dictionary(fc.string(), fc.jsonValue()), (json) => {
      const decoded = decodeMetadata(json as WireMetadata);
      expect(Object.keys(decoded)).toEqual(Object.keys(json));
      for (const value of Object.values(decoded)) {
        expect(TYPES).toContain(value.type);
        if (value.type === "date") expect(value.value.getTime()).not.toBeNaN();
      }
    }),
  );
});

test("any number under a date key is a date or a number", () => {
  fc.assert(
    fc.property(fc.double({ noNaN: true, noDefaultInfinity: true }), (number) => {
      const { a_date: decoded } = decodeMetadata({ a_date: number });
      if (decoded?.type === "date") expect(decoded.value.getTime()).not.toBeNaN();
      else expect(decoded).toEqual({ type: "number", value: number });
    }),
  );
});

test("what JSON has not is a string, too", () => {
  const wire = { a: undefined, b: Symbol("b") } as unknown as WireMetadata;
  expect(decodeMetadata(wire)).toEqual({
    a: { type: "string", value: "" },
    b: { type: "string", value: "" },
  });
});

test("an event without metadata has none", () => {
  expect([decodeMetadata(null), decodeMetadata(undefined)]).toStrictEqual([{}, {}]);
});
