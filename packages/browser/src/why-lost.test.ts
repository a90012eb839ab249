import type { Outcome } from "@intercom-events/core";
import { expect, test } from "vitest";
import { whyLost } from "./why-lost.ts";

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
  [
    {
      status: "invalid",
      issues: [
        { path: "eventName", code: "empty", message: "" },
        { path: "metadata.a", code: "date_key", message: "" },
      ],
    },
    " (empty)",
  ],
  [{ status: "dropped", reason: "expired" }, " (no Messenger had booted, or no relay had taken it, in time)"],
  [{ status: "dropped", reason: "not_stored" }, " (there is no page)"],
  [{ status: "dropped", reason: "closed" }, ""],
  [{ status: "accepted", attempts: 1 }, ""],
  [{ status: "duplicate" }, ""],
])("of %j", (outcome, why) => {
  expect(whyLost(outcome)).toBe(why);
});
