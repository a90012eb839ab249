import fc from "fast-check";
import { expect, test } from "vitest";
import { wellFormedJson } from "./well-formed-json.ts";

test.each([
  ["🎉".slice(0, 1), "\ufffd"],
  ["🎉".slice(1), "\ufffd"],
  ["a🎉b".slice(0, 2), "a\ufffd"],
  ["\udc00\ud800", "\ufffd\ufffd"],
  ["🎉", "🎉"],
  ["C:\\ud83d", "C:\\ud83d"],
  ["\\\ud83d\\\\ud83d", "\\\ufffd\\\\ud83d"],
  ['\u0000\u2028\n"\\u', '\u0000\u2028\n"\\u'],
])("%o is read as %o", (text, expected) => {
  expect(JSON.parse(wellFormedJson(JSON.stringify({ [text]: [text] })))).toEqual({ [expected]: [expected] });
});

test("any text is read as an encoder of UTF-8 would write it", () => {
  const unit = fc.constantFrom("\\", "u", "d", "8", '"', "\n", "\ud83d", "\udf89", "é", "🎉");
  fc.assert(
    fc.property(fc.string({ unit }), (text) => {
      const expected = new TextDecoder().decode(new TextEncoder().encode(text));
      expect(JSON.parse(wellFormedJson(JSON.stringify(text)))).toBe(expected);
    }),
  );
});
