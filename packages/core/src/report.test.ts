import { expect, test } from "vitest";
import { remarkOnAmount } from "./remarks.ts";
import { createReport, failure, refuse } from "./report.ts";

test("an empty report is no failure, and neither is one of warnings alone", () => {
  const report = createReport();
  expect(failure(report)).toBeUndefined();
  remarkOnAmount("a", 0, report);
  expect(failure(report)).toBeUndefined();
  expect(report.warnings).toEqual([
    { path: "a.amount", code: "amount_sign", message: "a.amount must be positive, got number 0" },
  ]);
});

test("a failure has the problems first, then the warnings", () => {
  const report = createReport();
  remarkOnAmount("a", 0, report);
  expect(refuse(report, "", "not_an_object", 5)).toBeUndefined();
  expect(refuse(report, "b", "unreadable", new Error("hostile"))).toBeUndefined();
  expect(failure(report)).toEqual({
    ok: false,
    issues: [
      {
        path: "",
        code: "not_an_object",
        message: "The event must be an object such as { userId, eventName }, got number 5",
      },
      {
        path: "b",
        code: "unreadable",
        message: "b must be readable without error, got an object (Error)",
      },
      { path: "a.amount", code: "amount_sign", message: "a.amount must be positive, got number 0" },
    ],
  });
});

test("more than 65,536 characters are a problem of the whole event", () => {
  expect(failure({ ...createReport(), characters: 65_536 })).toBeUndefined();
  expect(failure({ ...createReport(), characters: 65_537 })?.issues).toEqual([
    {
      path: "",
      code: "too_large",
      message: "The event must be at most 65536 characters in all, got number 65537",
    },
  ]);
});
