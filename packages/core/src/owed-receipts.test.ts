import { setFlagsFromString } from "node:v8";
import { runInNewContext } from "node:vm";
import { expect, test } from "vitest";
import { createReceipt, receiptControls } from "./lazy-receipt.ts";
import type { Outcome, Receipt } from "./outcome.ts";
import { createOwedReceipts } from "./owed-receipts.ts";

const ACCEPTED: Outcome = { status: "accepted", attempts: 1 };
const EXPIRED: Outcome = { status: "dropped", reason: "expired" };

test("who waits for a receipt is to be told, whenever they have begun to", async () => {
  const owed = createOwedReceipts();
  const attendant = {
    wanted: (receipt: Receipt, number?: number) => void (number !== undefined && owed.want(number, receipt)),
    storedWanted() {},
  };
  const [early, late] = [createReceipt(attendant), createReceipt(attendant)];
  const outcomes = [early.then()];
  owed.add(7, early);
  owed.add(8, late);
  outcomes.push(late.then());
  expect(owed.open()).toEqual([7, 8]);
  expect(owed.end(7, ACCEPTED)).toBe(early);
  expect(owed.end(8, EXPIRED)).toBe(late);
  expect([owed.end(7, EXPIRED), owed.end(8, ACCEPTED), owed.open()]).toEqual([undefined, undefined, []]);
  receiptControls.settle(early, ACCEPTED);
  receiptControls.settle(late, EXPIRED);
  expect(await Promise.all(outcomes)).toEqual([ACCEPTED, EXPIRED]);
});

test("who asks later finds the outcome", async () => {
  const owed = createOwedReceipts();
  const receipts = Array.from({ length: 1000 }, () => createReceipt());
  receipts.forEach((receipt, index) => void owed.add(300 + index, receipt));
  expect(owed.open()).toEqual(receipts.map((_, index) => 300 + index));
  for (let number = 301; number < 1300; number += 1) expect(owed.end(number, ACCEPTED)).toBe(undefined);
  expect(owed.open()).toEqual([300]);
  expect(receipts.slice(0, 2).map(receiptControls.outcome)).toEqual([undefined, ACCEPTED]);
  expect(new Set(await Promise.all(receipts.slice(1)))).toEqual(new Set([ACCEPTED]));
  expect(owed.open()).toEqual([300]);
});

test("what was never owed is passed over", () => {
  const owed = createOwedReceipts();
  expect(owed.end(5, ACCEPTED)).toBe(undefined);
  const receipt = createReceipt();
  owed.add(6, receipt);
  expect([owed.end(5, ACCEPTED), owed.end(70_000, ACCEPTED), owed.open()]).toEqual([
    undefined,
    undefined,
    [6],
  ]);
});

/** A small collection of garbage, as happens all the time. Twice, as what outlives two stays for long. */
function collect(): void {
  setFlagsFromString("--expose-gc");
  const gc = runInNewContext("gc") as (how: { type: "minor" }) => void;
  for (let time = 0; time < 2; time += 1) gc({ type: "minor" });
}

test("a receipt that nobody holds is gone with the first garbage", () => {
  const owed = createOwedReceipts();
  const heap = () => {
    collect();
    return process.memoryUsage().heapUsed;
  };
  const before = heap();
  for (let number = 0; number < 50_000; number += 1) owed.add(number, createReceipt());
  expect((heap() - before) / 50_000, "bytes an event").toBeLessThan(100);
});
