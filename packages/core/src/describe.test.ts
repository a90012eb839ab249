import { runInNewContext } from "node:vm";
import { expect, describe as group, test } from "vitest";
import { HOSTILE } from "../tests/hostile.ts";
import { describe, messageOf } from "./describe.ts";
import { kindOf } from "./tag-of.ts";

group("describe", () => {
  test.each<[unknown, string]>([
    ["", '""'],
    ['a "b"', '"a \\"b\\""'],
    ["x".repeat(40), `"${"x".repeat(40)}"`],
    ["x".repeat(41), "a string of 41 characters"],
    [-0.5, "number -0.5"],
    [Number.NaN, "number NaN"],
    [false, "boolean false"],
    [null, "null"],
    [undefined, "undefined"],
    [{}, "an object (Object)"],
    [[], "an object (Array)"],
    [new Map(), "an object (Map)"],
    [() => 1, "function"],
    [Symbol("a"), "symbol"],
    [5n, "bigint"],
  ])("%o is %s", (value, expected) => expect(describe(value)).toBe(expected));

  test.each(Object.entries(HOSTILE))("never fails: %s", (_, make) => {
    expect(describe(make()).length).toBeLessThan(60);
  });
});

group("messageOf", () => {
  const unreadable = Object.defineProperty(new Error(), "message", {
    get: () => {
      throw new Error("hostile");
    },
  });
  test.each<[string, unknown, string]>([
    ["an error", new TypeError("fetch failed"), "fetch failed"],
    ["an error of another realm", runInNewContext("new TypeError('fetch failed')"), "fetch failed"],
    ["an error whose message is no text", Object.assign(new Error(), { message: 5 }), "5"],
    ["a text", "reset", '"reset"'],
    ["an object that looks like an error", { message: "reset" }, "an object (Object)"],
    ["nothing", undefined, "undefined"],
    ["an error that throws", unreadable, "an unreadable error"],
  ])("%s", (_, error, expected) => expect(messageOf(error)).toBe(expected));
});

group("kindOf", () => {
  test.each<[string, unknown]>([
    ["Null", null],
    ["Undefined", undefined],
    ["String", "a"],
    ["Array", []],
    ["Object", Object.create(null)],
    ["Date", new Date(0)],
    ["URL", new URL("https://example.org")],
    ["unreadable", HOSTILE["what does not say what it is"]?.()],
  ])("%s", (expected, value) => expect(kindOf(value)).toBe(expected));
});
