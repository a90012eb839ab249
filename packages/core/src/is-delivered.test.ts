import { expect, test } from "vitest";
import { isDelivered } from "./is-delivered.ts";
import type { Outcome, OutcomeStatus } from "./outcome.ts";

/** One outcome of each kind, and whether Intercom has the event. */
const CASES: { [Status in OutcomeStatus]: [Extract<Outcome, { status: Status }>, boolean] } = {
  accepted: [{ status: "accepted", attempts: 1 }, true],
  duplicate: [{ status: "duplicate" }, true],
  rejected: [{ status: "rejected", verdict: { kind: "timeout" }, attempts: 1 }, false],
  invalid: [{ status: "invalid", issues: [{ path: "", code: "not_an_object", message: "" }] }, false],
  dropped: [{ status: "dropped", reason: "expired" }, false],
};

test.each(Object.values(CASES))("%o: %s", (outcome, isThere) => {
  expect(isDelivered(outcome)).toBe(isThere);
});
