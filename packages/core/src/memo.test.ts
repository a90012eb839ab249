import { describe, expect, test } from "vitest";
import { memo } from "./memo.ts";

/** A memo of lengths, and the texts that were looked at. */
function start() {
  const asked: string[] = [];
  const lengthOf = memo((text) => {
    asked.push(text);
    return text.length;
  });
  return { asked, lengthOf };
}

describe("a memo", () => {
  test("finds out about a text once", () => {
    const { asked, lengthOf } = start();
    expect(["ab", "abc", "ab", "abc", "__proto__", "__proto__"].map(lengthOf)).toEqual([2, 3, 2, 3, 9, 9]);
    expect(asked).toEqual(["ab", "abc", "__proto__"]);
  });

  test("keeps no long texts", () => {
    const { asked, lengthOf } = start();
    for (const length of [255, 255, 256, 256]) expect(lengthOf("x".repeat(length))).toBe(length);
    expect(asked.map(({ length }) => length)).toEqual([255, 256, 256]);
  });

  test("keeps 1,000 texts at most", () => {
    const { asked, lengthOf } = start();
    for (let index = 0; index < 1001; index += 1) lengthOf(`text ${index}`);
    lengthOf("text 1000");
    expect(asked).toHaveLength(1001);
    lengthOf("text 0");
    expect(asked).toHaveLength(1002);
  });
});
