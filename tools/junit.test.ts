import { expect, it } from "vitest";
import { countJunit, failuresOf } from "./junit.ts";

it("adds up the suites of a vitest report", () => {
  const xml = `<testsuites name="vitest tests" tests="5" failures="1" errors="1" time="1">
    <testsuite name="a.test.ts" tests="3" failures="1" errors="0" skipped="1" time="0.1"></testsuite>
    <testsuite name="b.test.ts" tests="2" failures="0" errors="1" skipped="0" time="0.1"></testsuite></testsuites>`;
  expect(countJunit(xml)).toEqual({ passed: 2, failed: 2, skipped: 1 });
});

it("adds up the suites of a deno report", () => {
  const xml = `<testsuites name="deno test" tests="2" failures="0" errors="0" time="0.001">
    <testsuite name="./a.ts" tests="2" disabled="1" errors="0" failures="0"></testsuite></testsuites>`;
  expect(countJunit(xml)).toEqual({ passed: 1, failed: 0, skipped: 1 });
});

it("refuses a report without a suite, which would count as nothing failed", () => {
  expect(() => countJunit('<testsuites tests="0"></testsuites>')).toThrow("no test suite");
  expect(() => countJunit("")).toThrow("no test suite");
});

it("lists what failed, and why", () => {
  const xml = `<testsuites><testsuite name="a.test.ts" tests="3" failures="1" errors="1">
    <testcase name="passes"></testcase>
    <testcase name="adds &gt; up"><failure message="expected 1" type="AssertionError">
AssertionError: expected 1 to be 2
 ❯ a.test.ts:3:1</failure></testcase>
    <testcase name="starts"><error message="no browser"/></testcase></testsuite></testsuites>`;
  expect(failuresOf(xml)).toEqual([
    { test: "a.test.ts > adds > up", message: "AssertionError: expected 1 to be 2\n ❯ a.test.ts:3:1" },
    { test: "a.test.ts > starts", message: "no browser" },
  ]);
});
