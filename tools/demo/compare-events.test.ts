import type { StoredEvent } from "@intercom-events/emulator";
import { expect, it } from "vitest";
import { compareEvents } from "./compare-events.ts";
import type { MeantEvent } from "./meant.ts";

const RUN = { from: 1000, to: 1010 };

const MEANT: MeantEvent = {
  event_name: "placed-order",
  created_at: 1671028894,
  user_id: "314159",
  intercom_user_id: "c1",
  metadata: { price: { amount: 34999, currency: "eur" }, items: 3 },
};

const STORED: StoredEvent = {
  ...MEANT,
  created_at: 1671028894,
  type: "event",
  id: "e1",
  workspace: "default",
};

const compare = (meant: Partial<MeantEvent>, stored: Partial<StoredEvent>): string[] =>
  compareEvents([{ ...MEANT, ...meant }], [{ ...STORED, ...stored }], RUN);

it("finds no difference where there is none", () => {
  expect(compare({}, {})).toEqual([]);
  expect(compareEvents([], [], RUN)).toEqual([]);
});

it.each<[Partial<StoredEvent>, string]>([
  [
    { metadata: { price: { amount: 34998, currency: "eur" }, items: 3 } },
    "metadata.price.amount is 34998, meant was 34999",
  ],
  [{ metadata: { price: { amount: 34999, currency: "eur" } } }, "metadata.items is absent, meant was 3"],
  [
    { metadata: { price: { amount: 34999, currency: "eur" }, items: 3, gift: true } },
    "metadata.gift is true, meant was absent",
  ],
  [
    { metadata: { items: 3, price: { amount: 34999, currency: "eur" } } },
    "metadata has its keys in the order items, price, meant was price, items",
  ],
  [{ created_at: 1671028895 }, "created_at is 1671028895, meant was 1671028894"],
  [{ user_id: "271828" }, 'user_id is "271828", meant was "314159"'],
  [{ email: "a@example.com" }, 'email is "a@example.com", meant was absent'],
  [{ workspace: "other" }, 'workspace is "other", meant was "default"'],
])("finds a difference: %j", (stored, difference) => {
  expect(compare({}, stored)).toEqual([`placed-order of user_id 314159: ${difference}`]);
});

it("finds what is missing, what is too much, and what is stored twice", () => {
  expect(compareEvents([MEANT], [], RUN)).toEqual(["placed-order of user_id 314159: not stored"]);
  expect(compareEvents([], [STORED], RUN)).toEqual(["placed-order of user_id 314159: stored, but not meant"]);
  expect(compareEvents([MEANT], [STORED, STORED], RUN)).toEqual([
    "placed-order of user_id 314159: stored, but not meant",
  ]);
  expect(compare({}, { event_name: "Placed-order" })).toHaveLength(2);
});

it("takes any time of the run where Intercom stamps it, and no other", () => {
  const stamped = { created_at: "during the run" } as const;
  expect(compare(stamped, { created_at: 1000 })).toEqual([]);
  expect(compare(stamped, { created_at: 1010 })).toEqual([]);
  for (const created_at of [999, 1011]) {
    expect(compare(stamped, { created_at })).toEqual([
      `placed-order of user_id 314159: created_at is ${created_at}, meant was "during the run"`,
    ]);
  }
});
