import fc from "fast-check";
import { expect, it } from "vitest";
import { formatTable, wrapLine } from "./format-table.ts";

it("aligns columns and keeps the lines of a cell", () => {
  expect(
    formatTable(
      ["a", "thing"],
      [
        ["Node", "one\ntwo"],
        ["x", "three"],
      ],
      80,
    ),
  ).toBe(["a     thing", "───────────", "Node  one", "      two", "x     three", "───────────"].join("\n"));
});

it("takes from where most is to spare, and breaks no word before it has to", () => {
  const rows = [["Node", "a few words that are too long", "https://example.org/orders/3434-3434"]];
  expect(formatTable(["a", "b", "c"], rows, 60).split("\n").slice(2, -1)).toEqual([
    "Node  a few words that  https://example.org/orders/3434-3434",
    "        are too long",
  ]);
});

it("breaks a word that is wider than the column", () => {
  expect(wrapLine("https://example.org/orders", 15)).toEqual(["https://example", "  .org/orders"]);
});

it("is never wider than it may be, and loses no character", () => {
  const cell = fc.string({ unit: fc.constantFrom("a", "b", " ", "\n", "→"), maxLength: 60 });
  const rows = fc.array(fc.array(cell, { minLength: 4, maxLength: 4 }), { minLength: 1, maxLength: 5 });
  fc.assert(
    fc.property(rows, fc.integer({ min: 20, max: 120 }), (cells, width) => {
      const text = formatTable(["r", "e", "c", "o"], cells, width);
      expect(Math.max(...text.split("\n").map((line) => line.length))).toBeLessThanOrEqual(width);
      const count = (all: string): number => all.replace(/[^ab→]/g, "").length;
      expect(count(text)).toBe(count(cells.flat().join("")));
    }),
  );
});
