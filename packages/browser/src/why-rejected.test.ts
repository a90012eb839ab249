import type { Outcome } from "@intercom-events/core";
import { expect, test } from "vitest";
import { whyRejected } from "./why-rejected.ts";

const refused = { kind: "invalid_request", status: 200 } as const;

test.each<[Outcome, string]>([
  [
    {
      status: "rejected",
      verdict: { ...refused, errors: [{ code: "name_not_allowed", message: "" }] },
      attempts: 1,
    },
    " (name_not_allowed)",
  ],
  [{ status: "rejected", verdict: { ...refused, errors: [] }, attempts: 1 }, " (invalid_request)"],
  [
    { status: "rejected", verdict: { kind: "unreachable", cause: undefined }, attempts: 100 },
    " (unreachable)",
  ],
  [{ status: "rejected", verdict: { kind: "timeout" }, attempts: 100 }, " (timeout)"],
  [{ status: "dropped", reason: "expired" }, ""],
])("of %j", (outcome, why) => {
  expect(whyRejected(outcome)).toBe(why);
});
