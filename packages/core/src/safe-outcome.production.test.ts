import { expect, test } from "vitest";
import type { Outcome } from "./outcome.ts";
import { safeOutcome } from "./safe-outcome.production.ts";

const unreadable = Object.defineProperty(new Error("reset"), "name", {
  get: () => {
    throw new Error("hostile");
  },
});

test.each<[string, unknown, { name: string; message: string }]>([
  [
    "an error that cannot be sent itself",
    Object.assign(new TypeError("failed"), { call: () => {} }),
    { name: "TypeError", message: "failed" },
  ],
  ["what is no error", () => {}, { name: "function", message: "function" }],
  ["an error that will not say its name", unreadable, { name: "Error", message: "reset" }],
])("other tabs hear of %s what can be sent", (_, cause, expected) => {
  const outcome: Outcome = { status: "rejected", verdict: { kind: "unreachable", cause }, attempts: 3 };
  const safe = safeOutcome(outcome);
  expect(structuredClone(safe)).toEqual({ ...outcome, verdict: { kind: "unreachable", cause: expected } });
});

test.each<Outcome>([
  { status: "dropped", reason: "expired" },
  { status: "rejected", verdict: { kind: "timeout" }, attempts: 3 },
  {
    status: "rejected",
    verdict: { kind: "invalid_request", status: 400, errors: [{ code: "a", message: "b" }] },
    attempts: 1,
  },
])("%j is told as it is", (outcome) => {
  expect(safeOutcome(outcome)).toBe(outcome);
});
