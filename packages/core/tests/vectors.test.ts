import { expect, test } from "vitest";
import { ISSUE_CODES, REPLIED_KINDS } from "./codes.ts";
import { vectorCases } from "./vectors.ts";

const cases = vectorCases();

test.each(cases)("$name", ({ run }) => run());

test("there are many vectors, each with a name of its own", () => {
  expect(cases.length).toBeGreaterThanOrEqual(300);
  expect(new Set(cases.map(({ name }) => name)).size).toBe(cases.length);
});

/** What an event is to others that were tracked, which one event alone does not show. */
const OF_SEVERAL = ["second_moved", "second_taken"];

test("the vectors cover every code and every verdict about a reply, and no other", () => {
  const covered = new Set(cases.flatMap(({ covers }) => covers));
  const all = [...Object.keys(ISSUE_CODES), ...Object.keys(REPLIED_KINDS)];
  expect([...covered, ...OF_SEVERAL].sort()).toEqual(all.sort());
});
