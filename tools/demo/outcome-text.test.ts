import type { Outcome } from "@intercom-events/core";
import { expect, it } from "vitest";
import { outcomeText } from "./outcome-text.ts";

const notFound = {
  kind: "contact_not_found",
  status: 404,
  errors: [{ code: "not_found", message: "User Not Found" }],
} as const;

it.each<[Outcome, string]>([
  [{ status: "accepted", attempts: 1 }, "accepted"],
  [{ status: "duplicate" }, "duplicate, not sent"],
  [{ status: "dropped", reason: "expired" }, "dropped: expired"],
  [
    { status: "rejected", attempts: 1, verdict: notFound },
    "rejected: contact_not_found (404: User Not Found)",
  ],
  [{ status: "rejected", attempts: 1, verdict: { kind: "timeout" } }, "rejected: timeout"],
  [
    { status: "rejected", attempts: 1, verdict: { kind: "unreachable", cause: new Error("refused") } },
    "rejected: unreachable (Error: refused)",
  ],
  [
    { status: "invalid", issues: [{ path: "eventName", code: "missing", message: "It is missing" }] },
    "invalid: It is missing",
  ],
])("puts %j into words", (outcome, text) => {
  expect(outcomeText(outcome)).toBe(text);
});
