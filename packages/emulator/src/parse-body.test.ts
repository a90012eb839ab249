import fc from "fast-check";
import { expect, test } from "vitest";
import { parseBody } from "./parse-body.ts";

test.each([
  ["a first half", '"\\ud83d"'],
  ["a second half", '"\\udf89"'],
  ["halves in the wrong order", '"\\udf89\\ud83d"'],
  ["in capitals", '"\\uD83D."'],
  ["one half too many", '"\\ud83d\\ud83d\\udf89"'],
  ["after a backslash", '"\\\\\\ud83d"'],
  ["in a key", '{"\\ud83d":1}'],
])("half a character is no JSON: %s", (_, text) => {
  expect(JSON.parse(text)).toBeDefined();
  expect(parseBody(text)).toBeUndefined();
});

test("all else is what JSON says", () => {
  const unit = fc.constantFrom("\\", "u", "d", "8", '"', "\n", "é", "🎉", "\\ud83d\\udf89");
  fc.assert(
    fc.property(fc.string({ unit }), (text) => {
      expect(parseBody(JSON.stringify({ [text]: text }))).toEqual({ [text]: text });
    }),
  );
  expect(parseBody('"\\uD83C\\uDF89"')).toBe("🎉");
  expect(parseBody("{")).toBeUndefined();
  expect(parseBody()).toBeUndefined();
});
