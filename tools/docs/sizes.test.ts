import { readFileSync } from "node:fs";
import { expect, test } from "vitest";
import budgets from "../../.size-limit.ts";

const readme = readFileSync(new URL("../../README.md", import.meta.url), "utf8");

test("each size that the README names is a budget that is kept", () => {
  const kept = budgets.map(({ limit }) => limit);
  const named = readme.match(/[\d.]+ kB/g) ?? [];
  expect(named.length).toBeGreaterThan(8);
  expect(named.filter((size) => !kept.includes(size))).toEqual([]);
});
