import { expect, test } from "vitest";
import { markField } from "./mark-field.ts";

const marked = (body: unknown, field: string | undefined): string[] =>
  markField(typeof body === "string" ? body : JSON.stringify(body), field)
    .filter((line) => line.marked)
    .map(({ text }) => text.trim());

test("the line of the field, at its own depth", () => {
  const body = { event_name: "a", created_at: "soon", metadata: { created_at: 1, list: [1], 'a"b': null } };
  expect(marked(body, "created_at")).toEqual(['"created_at": "soon",']);
  expect(marked(body, "metadata.created_at")).toEqual(['"created_at": 1,']);
  expect(marked(body, "metadata.list")).toEqual(['"list": [']);
  expect(marked(body, 'metadata.a"b')).toEqual(['"a\\"b": null']);
});

test("none when the field is missing, or the body is no JSON", () => {
  expect(marked({ event_name: "a" }, "created_at")).toEqual([]);
  expect(marked({ metadata: { price: 1 } }, "metadata.date")).toEqual([]);
  expect(marked("{", "event_name")).toEqual([]);
  expect(marked({}, undefined)).toEqual([]);
});

test("long bodies are cut", () => {
  const lines = markField(JSON.stringify(Array.from({ length: 1000 }, () => 1)), undefined);
  expect(lines.at(-1)?.text).toBe("… 502 more lines");
  expect(markField("x".repeat(2005), undefined)[0]?.text).toMatch(/x… 5 more characters$/);
});

test("a key of metadata with dots is found", () => {
  expect(marked({ metadata: { a: 1, "a.b": [2] } }, "metadata.a.b")).toEqual(['"a.b": [']);
});
