import fc from "fast-check";
import { expect, test } from "vitest";
import { createAwaitedReceipts } from "./awaited-receipts.ts";
import { receiptControls } from "./lazy-receipt.ts";
import type { Outcome, Receipt } from "./outcome.ts";

const ACCEPTED: Outcome = { status: "accepted", attempts: 1 };

/** Receipts, how many are waited for just now, and those whose owed outcome was asked for. */
function start() {
  let waiting = 0;
  const owed: [number: number, receipt: Receipt][] = [];
  const receipts = createAwaitedReceipts(
    {
      enter() {
        waiting += 1;
      },
      leave() {
        waiting -= 1;
      },
    },
    (number, receipt) => owed.push([number, receipt]),
  );
  return { receipts, waiting: () => waiting, owed };
}

const act = fc.record({ which: fc.nat({ max: 3 }), act: fc.constantFrom("wait", "ask", "store", "settle") });

test("as many are waited for as have been asked for what is not known yet", async () => {
  await fc.assert(
    fc.asyncProperty(fc.array(act, { maxLength: 30 }), async (acts) => {
      const { receipts, waiting, owed } = start();
      const all = Array.from({ length: 4 }, () => ({
        receipt: receipts.create(),
        isAwaited: false,
        asks: 0,
        isStored: false,
        isSettled: false,
      }));
      for (const { which, act } of acts) {
        const one = all[which] as (typeof all)[number];
        if (act === "wait") {
          void one.receipt.then();
          one.isAwaited ||= !one.isSettled;
        } else if (act === "ask") {
          void one.receipt.stored;
          if (!one.isStored && !one.isSettled) one.asks += 1;
        } else if (act === "store") {
          receiptControls.store(one.receipt, true);
          one.isStored = true;
        } else if (!one.isSettled) {
          receipts.settle(one.receipt, ACCEPTED);
          one.isSettled = true;
        }
        await new Promise(setImmediate); // Whoever has asked whether it is stored is told.
        const open = all.map(
          ({ isAwaited, asks, isStored, isSettled }) =>
            (isAwaited && !isSettled ? 1 : 0) + (isStored || isSettled ? 0 : asks),
        );
        expect(waiting()).toBe(open.reduce((sum, count) => sum + count, 0));
      }
      expect(owed).toEqual([]);
    }),
  );
});

test("whoever waits for an outcome that is owed has that said", async () => {
  const { receipts, waiting, owed } = start();
  const receipt = receipts.create();
  receiptControls.owe(receipt, 7, new Map([[7, undefined]]));
  expect(owed).toEqual([]);
  const told = receipt.then();
  expect(owed).toHaveLength(1);
  expect(owed[0]?.[0]).toBe(7);
  expect(owed[0]?.[1] === receipt).toBe(true);
  receipts.settle(receipt, ACCEPTED);
  expect([await told, waiting()]).toEqual([ACCEPTED, 0]);
});
