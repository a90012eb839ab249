import { expect, test } from "vitest";
import { describeLoss } from "./describe-loss.ts";
import type { DropReason, Outcome } from "./index.ts";

const losses: [Outcome, object | undefined][] = [
  [{ status: "accepted", attempts: 1 }, undefined],
  [{ status: "duplicate" }, undefined],
  [
    { status: "rejected", verdict: { kind: "timeout" }, attempts: 1 },
    { kind: "timeout", message: "An event was rejected: no reply in time" },
  ],
  [
    {
      status: "invalid",
      issues: [
        { path: "", code: "missing", message: "a" },
        { path: "", code: "empty", message: "b" },
      ],
    },
    { kind: "missing", message: "An event was not sent: a; b" },
  ],
  ...Object.entries({
    queue_full: "too many events are waiting",
    not_stored: "the outbox did not take it",
    expired: "it could not be sent in time (retry.maxAge)",
    closed: "the client was closed",
    opted_out: "the visitor opted out",
  } satisfies Record<DropReason, string>).map(([kind, why]): [Outcome, object] => [
    { status: "dropped", reason: kind as DropReason },
    { kind, message: `An event was dropped: ${why}` },
  ]),
];

test.each(losses)("%j is told in words", (outcome, expected) =>
  expect(describeLoss(outcome)).toEqual(expected),
);
