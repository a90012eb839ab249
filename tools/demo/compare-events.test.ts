import type { StoredEvent } from "@intercom-events/emulator";
import { expect, it } from "vitest";
import { compareEvents } from "./compare-events.ts";
import type { ExpectedEvent } from "./expected.ts";

const RUN = { from: 1000, to: 1010 };

const EXPECTED: ExpectedEvent = {
  event_name: "placed-order",
  created_at: 1671028894,
  user_id: "314159",
  intercom_user_id: "c1",
  metadata: { price: { amount: 34999, currency: "eur" }, items: 3 },
};

const STORED: StoredEvent = {
  ...EXPECTED,
  created_at: 1671028894,
  type: "event",
  id: "e1",
  workspace: "default",
};

const compare = (expected: Partial<ExpectedEvent>, stored: Partial<StoredEvent>): string[] =>
  compareEvents([{ ...EXPECTED, ...expected }], [{ ...STORED, ...stored }], RUN);

it("finds no difference where there is none", () => {
  expect(compare({}, {})).toEqual([]);
  expect(compareEvents([], [], RUN)).toEqual([]);
});

it.each<Partial<StoredEvent>>([
  { metadata: { price: { amount: 34998, currency: "eur" }, items: 3 } },
  { metadata: { price: { amount: 34999, currency: "eur" } } },
  { metadata: { price: { amount: 34999, currency: "eur" }, items: 3, gift: true } },
  { metadata: { items: 3, price: { amount: 34999, currency: "eur" } } },
  { created_at: 1671028895 },
  { intercom_user_id: "c2" },
  { email: "a@example.com" },
  { workspace: "other" },
])("finds a difference: %j", (stored) => {
  expect(compare({}, stored)).toEqual([
    expect.stringMatching(/^placed-order of user_id 314159: expected \{.*\}, got \{.*\}$/),
  ]);
});

it("takes an event of another contact for another event", () => {
  for (const stored of [{ user_id: "271828" }, { email: "a@example.com", user_id: undefined }]) {
    expect(compare({}, stored as Partial<StoredEvent>)).toHaveLength(2);
  }
});

it("finds what is missing, what is too much, and what is stored twice", () => {
  expect(compareEvents([EXPECTED], [], RUN)).toEqual(["placed-order of user_id 314159: not stored"]);
  expect(compareEvents([], [STORED], RUN)).toEqual([
    "placed-order of user_id 314159: stored, but not expected",
  ]);
  expect(compareEvents([EXPECTED], [STORED, STORED], RUN)).toEqual([
    "placed-order of user_id 314159: stored, but not expected",
  ]);
  expect(compare({}, { event_name: "Placed-order" })).toHaveLength(2);
});

it("takes any time of the run where Intercom stamps it, and no other", () => {
  const stamped = { created_at: "during the run" } as const;
  expect(compare(stamped, { created_at: 1000 })).toEqual([]);
  expect(compare(stamped, { created_at: 1010 })).toEqual([]);
  for (const created_at of [999, 1011]) {
    expect(compare(stamped, { created_at })).toEqual([expect.stringContaining(`"created_at":${created_at}`)]);
  }
});
