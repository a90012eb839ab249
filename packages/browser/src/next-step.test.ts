import type { FailedVerdict, OutboxRecord } from "@intercom-events/core";
import fc from "fast-check";
import { expect, test } from "vitest";
import { type Moment, nextStep, type Step } from "./next-step.ts";
import type { Answer } from "./read-reply.ts";

const NOW = 1_700_000_000_000;
const POLICY = { attempts: 3, baseDelay: 1_000, maxDelay: 8_000, maxAge: 60_000 };
const RECORD: OutboxRecord = {
  id: "1",
  body: "{}",
  trackedAt: NOW - 100,
  attempts: 1,
  failures: 1,
  dueAt: 0,
};
const MOMENT: Moment = { now: NOW, startedAt: NOW - 100_000, random: 0.5 };
const replied = { status: 500, errors: [] };

const SERVER_ERROR: FailedVerdict = { kind: "server_error", ...replied };
const TIMEOUT: FailedVerdict = { kind: "timeout" };
const LIMITED: FailedVerdict = { kind: "rate_limited", status: 429, errors: [] };

test.each<[string, Answer, Partial<OutboxRecord>, Partial<Moment>, Partial<Step>]>([
  ["accepted", { status: "accepted" }, {}, {}, { outcome: { status: "accepted", attempts: 2 } }],
  ["duplicate", { status: "duplicate" }, {}, {}, { outcome: { status: "duplicate" } }],
  [
    "a failure is repeated, the wait drawn from twice as much as the last",
    { verdict: SERVER_ERROR },
    {},
    {},
    { record: { ...RECORD, attempts: 2, failures: 2, dueAt: NOW + 1_000 } },
  ],
  [
    "not sooner than the relay asks",
    { verdict: TIMEOUT },
    {},
    { askedFor: NOW + 5_000 },
    { record: { ...RECORD, attempts: 2, failures: 2, dueAt: NOW + 5_000 } },
  ],
  [
    "the last failure ends it",
    { verdict: TIMEOUT },
    { failures: 2, attempts: 7 },
    {},
    { outcome: { status: "rejected", verdict: TIMEOUT, attempts: 8 } },
  ],
  [
    "a failure without a network costs nothing",
    { verdict: TIMEOUT },
    { failures: 2 },
    { isExcused: true },
    { record: { ...RECORD, attempts: 2, failures: 2, dueAt: NOW + 2_000 } },
  ],
  [
    "to be told to wait costs nothing",
    { verdict: LIMITED },
    { failures: 2 },
    { askedFor: NOW + 9_000 },
    { record: { ...RECORD, attempts: 2, failures: 2, dueAt: NOW + 9_000 } },
  ],
  [
    "its age has run out",
    { verdict: SERVER_ERROR },
    { trackedAt: NOW - 59_500 },
    {},
    { outcome: { status: "dropped", reason: "expired" } },
  ],
  [
    "its age will have run out by then, to the millisecond",
    { verdict: SERVER_ERROR },
    { trackedAt: NOW - 59_000 },
    {},
    { outcome: { status: "dropped", reason: "expired" } },
  ],
  [
    "its age will not quite have run out by then",
    { verdict: SERVER_ERROR },
    { trackedAt: NOW - 58_999 },
    {},
    { record: { ...RECORD, trackedAt: NOW - 58_999, attempts: 2, failures: 2, dueAt: NOW + 1_000 } },
  ],
  [
    "what was left for the page has its age from where the page began",
    { verdict: SERVER_ERROR },
    { trackedAt: NOW - 1_000_000 },
    { startedAt: NOW - 58_999 },
    { record: { ...RECORD, trackedAt: NOW - 1_000_000, attempts: 2, failures: 2, dueAt: NOW + 1_000 } },
  ],
  [
    "to be told to wait is no failure, however old the event",
    { verdict: LIMITED },
    { trackedAt: NOW - 1_000_000 },
    { askedFor: NOW + 9_000 },
    { record: { ...RECORD, trackedAt: NOW - 1_000_000, attempts: 2, dueAt: NOW + 9_000 } },
  ],
  ["a batch that was too large comes again as it was", { status: "too_large" }, {}, {}, { record: RECORD }],
  ...(["invalid_request", "contact_not_found", "unauthorized", "forbidden"] as const).map(
    (kind): [string, Answer, object, object, Partial<Step>] => {
      const verdict: FailedVerdict = { kind, status: 400, errors: [] };
      return [
        `${kind} ends it`,
        { verdict },
        {},
        {},
        { outcome: { status: "rejected", verdict, attempts: 2 } },
      ];
    },
  ),
  [
    "unauthorized comes again if the identity was an old one, and is no failure",
    { verdict: { kind: "unauthorized", status: 401, errors: [] } },
    {},
    { isOldIdentity: true },
    { record: { ...RECORD, attempts: 2, dueAt: NOW + 1_000 } },
  ],
  [
    "forbidden ends it, also if the identity was an old one",
    { verdict: { kind: "forbidden", status: 403, errors: [] } },
    {},
    { isOldIdentity: true },
    {
      outcome: {
        status: "rejected",
        verdict: { kind: "forbidden", status: 403, errors: [] },
        attempts: 2,
      },
    },
  ],
])("%s", (_, answer, record, moment, expected) => {
  const given = { ...RECORD, ...record };
  const step = nextStep(given, answer, POLICY, { ...MOMENT, ...moment });
  expect(step).toEqual({ record: given, ...expected });
});

test.each<[string, Partial<OutboxRecord>, Partial<Step>]>([
  ["waits are drawn from a second", { failures: 0 }, { record: { ...RECORD, dueAt: NOW + 500 } }],
  ["and from no more than a minute", { failures: 9 }, { record: { ...RECORD, dueAt: NOW + 30_000 } }],
  ["one attempt more may fail", { failures: 98 }, { record: { ...RECORD, dueAt: NOW + 30_000 } }],
  [
    "none more may fail",
    { failures: 99 },
    { outcome: { status: "rejected", verdict: TIMEOUT, attempts: 2 } },
  ],
  [
    "it is a day old",
    { trackedAt: NOW + 1_000 - 86_400_000 },
    { outcome: { status: "dropped", reason: "expired" } },
  ],
  [
    "it is not quite a day old",
    { trackedAt: NOW + 1_001 - 86_400_000 },
    { record: { ...RECORD, dueAt: NOW + 1_000 } },
  ],
])("what a policy leaves out is as documented: %s", (_, record, expected) => {
  const step = nextStep({ ...RECORD, ...record }, { verdict: TIMEOUT }, {}, { ...MOMENT, startedAt: 0 });
  expect(step.outcome).toEqual(expected.outcome);
  if (expected.record) expect(step.record.dueAt).toBe(expected.record.dueAt);
});

test("what repeats keeps its bytes, and no event is repeated for ever", () => {
  const answers = fc.constantFrom<Answer>(
    { verdict: SERVER_ERROR },
    { verdict: TIMEOUT },
    { verdict: LIMITED },
  );
  fc.assert(
    fc.property(
      fc.array(fc.tuple(answers, fc.double({ min: 0, max: 0.999, noNaN: true })), {
        minLength: 200,
        maxLength: 200,
      }),
      (all) => {
        let record: OutboxRecord = { ...RECORD, body: "bytes", attempts: 0, failures: 0 };
        let now = NOW;
        for (const [answer, random] of all) {
          const step = nextStep(record, answer, POLICY, { now, startedAt: NOW, random });
          if (step.outcome) return;
          expect(step.record.body).toBe("bytes");
          expect(step.record.dueAt).toBeGreaterThan(now);
          ({ record } = step);
          now = record.dueAt;
        }
        expect.unreachable("It was repeated 200 times");
      },
    ),
  );
});
