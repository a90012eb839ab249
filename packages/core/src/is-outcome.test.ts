import { expect, test } from "vitest";
import { isOutcome } from "./is-outcome.ts";

test.each([
  [true, { status: "accepted", attempts: 1 }],
  [true, { status: "duplicate" }],
  [true, { status: "rejected", verdict: { kind: "timeout" }, attempts: 1 }],
  [false, { status: "rejected", verdict: {}, attempts: 1 }],
  [true, { status: "invalid", issues: [{ path: "", code: "too_large", message: "" }] }],
  [false, { status: "invalid", issues: [] }],
  [true, { status: "dropped", reason: "expired" }],
  [false, { status: "dropped" }],
  [false, { status: "toString" }],
  [false, '{"status":"accepted"}'],
  [false, null],
])("%s is said of %j", (is, value) => {
  expect(isOutcome(value)).toBe(is);
});
