import { expect, test } from "vitest";
import { ISSUE_CODES, REPLIED_KINDS } from "./codes.ts";
import { vectorCases } from "./vectors.ts";

const cases = vectorCases();

test.each(cases)("$name", ({ run }) => run());

test("there are many vectors, each with a name of its own", () => {
  expect(cases.length).toBeGreaterThanOrEqual(300);
  expect(new Set(cases.map(({ name }) => name)).size).toBe(cases.length);
});

test("the vectors cover every code and every verdict about a reply, and no other", () => {
  const covered = new Set(cases.flatMap(({ covers }) => covers));
  expect([...covered].sort()).toEqual([...Object.keys(ISSUE_CODES), ...Object.keys(REPLIED_KINDS)].sort());
});
