import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { type AttemptHistory, backoff, type NextStep, nextStep, type RetryPolicy } from "./retry-policy.ts";
import type { Verdict } from "./verdict.ts";

const policy: RetryPolicy = {
  attempts: 3,
  baseDelay: 1000,
  maxDelay: 8000,
  holdContact: 60_000,
  maxAge: 3_600_000,
};
const now = 1_700_000_000_000;
const replied = { errors: [], status: 0 };
const fresh: AttemptHistory = { trackedAt: now - 1000, failures: 0 };

const cases: [string, Verdict, Partial<AttemptHistory>, number | undefined, object][] = [
  ["accepted ends", { kind: "accepted" }, {}, undefined, { step: "end" }],
  ["an invalid request ends", { kind: "invalid_request", ...replied }, {}, undefined, { step: "end" }],
  ["a failure is repeated", { kind: "timeout" }, {}, undefined, { step: "retry", dueAt: now + 500 }],
  [
    "a second failure waits longer",
    { kind: "timeout" },
    { failures: 1 },
    undefined,
    { step: "retry", dueAt: now + 1000 },
  ],
  ["the last failure ends", { kind: "unreachable", cause: 0 }, { failures: 2 }, undefined, { step: "end" }],
  [
    "the server's wish wins",
    { kind: "server_error", ...replied },
    {},
    now + 9000,
    { step: "retry", dueAt: now + 9000 },
  ],
  [
    "waiting for the limit is no failure",
    { kind: "rate_limited", ...replied },
    { failures: 2 },
    now + 5000,
    { step: "retry", dueAt: now + 5000 },
  ],
  [
    "the limit without a time is left to the pacer",
    { kind: "rate_limited", ...replied },
    {},
    undefined,
    { step: "retry", dueAt: now },
  ],
  [
    "a missing contact is held",
    { kind: "contact_not_found", ...replied },
    { failures: 9 },
    undefined,
    { step: "retry", dueAt: now + 500 },
  ],
  [
    "a contact that was found missing after much else is asked for as soon as any other",
    { kind: "contact_not_found", ...replied },
    { failures: 2 },
    undefined,
    { step: "retry", dueAt: now + 500 },
  ],
  [
    "a contact missing for a while is asked for later each time",
    { kind: "contact_not_found", ...replied },
    { missingSince: now - 1500 },
    undefined,
    { step: "retry", dueAt: now + 2000 },
  ],
  [
    "but never later than the longest wait allows",
    { kind: "contact_not_found", ...replied },
    { missingSince: now - 20_000 },
    undefined,
    { step: "retry", dueAt: now + 4000 },
  ],
  [
    "nor than it is held",
    { kind: "contact_not_found", ...replied },
    { missingSince: now - 59_999 },
    undefined,
    { step: "retry", dueAt: now + 1 },
  ],
  [
    "unless the server asks for it",
    { kind: "contact_not_found", ...replied },
    { missingSince: now - 59_999 },
    now + 9000,
    { step: "retry", dueAt: now + 9000 },
  ],
  [
    "a contact missing since later than now, by another clock, is missing since now",
    { kind: "contact_not_found", ...replied },
    { missingSince: now + 9000 },
    undefined,
    { step: "retry", dueAt: now + 500 },
  ],
  [
    "a contact missing for long ends",
    { kind: "contact_not_found", ...replied },
    { missingSince: now - 60_000 },
    undefined,
    { step: "end" },
  ],
  ["a wrong token pauses", { kind: "unauthorized", ...replied }, {}, undefined, { step: "pause" }],
  ["a token that may not pauses", { kind: "forbidden", ...replied }, {}, undefined, { step: "pause" }],
  [
    "what would be due too late expires",
    { kind: "timeout" },
    { trackedAt: now - 3_599_600 },
    undefined,
    { step: "expire" },
  ],
  [
    "what would be due when its age has run out expires",
    { kind: "timeout" },
    { trackedAt: now - 3_599_500 },
    undefined,
    { step: "expire" },
  ],
  [
    "what is due just before is repeated",
    { kind: "timeout" },
    { trackedAt: now - 3_599_499 },
    undefined,
    { step: "retry", dueAt: now + 500 },
  ],
  [
    "what is too old when the token is refused pauses as well, and has its age from there",
    { kind: "forbidden", ...replied },
    { trackedAt: now - 3_600_000 },
    undefined,
    { step: "pause" },
  ],
  [
    "waiting for the allowance is no failure, however old the event",
    { kind: "rate_limited", ...replied },
    { trackedAt: now - 3_600_000 },
    now + 9000,
    { step: "retry", dueAt: now + 9000 },
  ],
];

const startedAt = now - 4_000_000;

test.each(cases)("%s", (_, verdict, history, askedFor, expected) => {
  expect(
    nextStep(verdict, { ...fresh, ...history }, policy, { now, startedAt, random: 0.5, askedFor }),
  ).toEqual(expected);
});

test.each<[number, NextStep]>([
  [now - 3_599_500, { step: "expire" }],
  [now - 3_599_499, { step: "retry", dueAt: now + 500 }],
])("what an earlier client has left has its age from the start of this one: %d", (startedAt, expected) => {
  const old = { ...fresh, trackedAt: now - 100_000_000 };
  expect(nextStep({ kind: "timeout" }, old, policy, { now, startedAt, random: 0.5 })).toEqual(expected);
});

describe("the wait", () => {
  test("is never longer than the bound, never under a tenth of it, and bounded at last", () => {
    fc.assert(
      fc.property(
        fc.nat(2000),
        fc.double({ min: 0, max: 1, maxExcluded: true, noNaN: true }),
        (failures, random) => {
          const wait = backoff(failures, policy, random);
          const bound = Math.min(8000, 1000 * 2 ** Math.min(failures, 30));
          expect(wait).toBeGreaterThanOrEqual(Math.round(bound / 10));
          expect(wait).toBeLessThanOrEqual(bound);
        },
      ),
    );
  });
});
