import { expect, test } from "vitest";
import { createIssue } from "./create-issue.ts";

// The other sentences are tested where their issues are found.
test.each([
  [
    "second_moved",
    3,
    "createdAt was moved by 3 s, as Intercom keeps one event of a contact, name and second",
  ],
  [
    "second_taken",
    undefined,
    "createdAt is that of another event, and Intercom keeps one event of a contact, name and second",
  ],
] as const)("%s says what Intercom would do", (code, found, message) => {
  expect(createIssue("createdAt", code, found)).toEqual({ path: "createdAt", code, message });
});

test.each([
  ["contact", 'contact must be an object such as { userId }, got "1"'],
  ["options", 'options must be an object such as { createdAt }, got "1"'],
] as const)("%s of a bound tracker says what it should be", (path, message) => {
  expect(createIssue(path, "not_an_object", "1")).toEqual({ path, code: "not_an_object", message });
});
