import { expect, test } from "vitest";
import type { Outcome } from "./outcome.ts";
import { createTally } from "./stats.ts";

const NOTHING = {
  tracked: 0,
  recovered: 0,
  accepted: 0,
  duplicate: 0,
  rejected: 0,
  invalid: 0,
  dropped: 0,
  droppedByReason: {},
  rejectedByVerdict: {},
};

test("a tally starts with nothing", () => expect(createTally().read()).toEqual(NOTHING));

const timeout: Outcome = { status: "rejected", verdict: { kind: "timeout" }, attempts: 1 };
const expired: Outcome = { status: "dropped", reason: "expired" };

const cases: [string, Outcome[], object][] = [
  ["an accepted event", [{ status: "accepted", attempts: 1 }], { accepted: 1 }],
  ["a duplicate", [{ status: "duplicate" }], { duplicate: 1 }],
  [
    "an invalid event",
    [{ status: "invalid", issues: [{ path: "", code: "missing", message: "" }] }],
    { invalid: 1 },
  ],
  ["rejected events", [timeout, timeout], { rejected: 2, rejectedByVerdict: { timeout: 2 } }],
  [
    "dropped events",
    [expired, { status: "dropped", reason: "closed" }, expired],
    { dropped: 3, droppedByReason: { expired: 2, closed: 1 } },
  ],
];

test.each(cases)("it counts %s", (_, outcomes, expected) => {
  const tally = createTally();
  for (const outcome of outcomes) {
    tally.track();
    tally.end(outcome);
  }
  expect(tally.read()).toEqual({ ...NOTHING, tracked: outcomes.length, ...expected });
});

test("what was read does not change later", () => {
  const tally = createTally();
  const before = tally.read();
  tally.end(timeout);
  tally.end(expired);
  expect(before).toEqual(NOTHING);
});

test("it counts events of another process apart", () => {
  const tally = createTally();
  tally.recover();
  tally.recover();
  expect(tally.read()).toEqual({ ...NOTHING, recovered: 2 });
});
