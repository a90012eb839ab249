import { expect, test } from "vitest";
import type { Outcome } from "./outcome.ts";
import { safeOutcome } from "./safe-outcome.ts";

const LONG = "x".repeat(1001);
const CUT = LONG.slice(1);

const error = { code: "a", message: "b" };
const replied = { kind: "invalid_request", status: 400, errors: [error], requestId: "c" } as const;

const outcomes: Record<string, [Outcome, Outcome]> = {
  "one that Intercom accepted, as it is": [
    { status: "accepted", attempts: 2, requestId: "c" },
    { status: "accepted", attempts: 2, requestId: "c" },
  ],
  "a reply's errors and texts, those too long cut": [
    {
      status: "rejected",
      verdict: {
        ...replied,
        errors: [{ code: LONG, message: CUT }, ...Array.from({ length: 20 }, () => error)],
      },
      attempts: 1,
    },
    {
      status: "rejected",
      verdict: {
        ...replied,
        errors: [{ code: CUT, message: CUT }, ...Array.from({ length: 19 }, () => error)],
      },
      attempts: 1,
    },
  ],
  "a text without what databases refuse: half a character, be it cut there, and NUL": [
    {
      status: "rejected",
      verdict: { ...replied, errors: [{ code: "\ud83d|\ude00|😀|\0", message: `${"x".repeat(999)}😀` }] },
      attempts: 1,
    },
    {
      status: "rejected",
      verdict: {
        ...replied,
        errors: [{ code: "\ufffd|\ufffd|😀|\ufffd", message: `${"x".repeat(999)}\ufffd` }],
      },
      attempts: 1,
    },
  ],
  "no reply in time": [
    { status: "rejected", verdict: { kind: "timeout" }, attempts: 3 },
    { status: "rejected", verdict: { kind: "timeout" }, attempts: 3 },
  ],
};

test.each(Object.entries(outcomes))("keeps %s", (_, [outcome, expected]) => {
  const safe = safeOutcome(outcome);
  expect(safe).toEqual(expected);
  expect(JSON.parse(JSON.stringify(safe))).toEqual(safe);
});

const unreadable = Object.defineProperty(new Error("reset"), "name", {
  get: () => {
    throw new Error("hostile");
  },
});
const causes: Record<string, [unknown, { name: string; message: string }]> = {
  "an error's name and message alone": [
    Object.assign(new TypeError("fetch failed", { cause: "secret" }), { request: "secret" }),
    { name: "TypeError", message: "fetch failed" },
  ],
  "an error's texts, cut": [Object.assign(new Error(LONG), { name: LONG }), { name: CUT, message: CUT }],
  "what is no error by its type": ["reset", { name: "string", message: '"reset"' }],
  "nothing by its type": [undefined, { name: "undefined", message: "undefined" }],
  "an error that will not say its name": [unreadable, { name: "Error", message: "reset" }],
};

test.each(Object.entries(causes))("keeps of a cause %s", (_, [cause, expected]) => {
  const outcome: Outcome = { status: "rejected", verdict: { kind: "unreachable", cause }, attempts: 3 };
  expect(safeOutcome(outcome)).toEqual({
    status: "rejected",
    verdict: { kind: "unreachable", cause: expected },
    attempts: 3,
  });
});
