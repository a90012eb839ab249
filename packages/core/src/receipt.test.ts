import { expect, test } from "vitest";
import type { Outcome } from "./outcome.ts";
import { closedReceipt, openReceipt } from "./receipt.ts";

const ACCEPTED: Outcome = { status: "accepted", attempts: 1 };
const EXPIRED: Outcome = { status: "dropped", reason: "expired" };

test("a receipt waits for its outcome, and only the first counts", async () => {
  const { receipt, settle } = openReceipt();
  const pending = Symbol("pending");
  expect(await Promise.race([receipt, Promise.resolve(pending)])).toBe(pending);
  settle(ACCEPTED);
  settle(EXPIRED);
  expect(await receipt).toBe(ACCEPTED);
});

test("a receipt waits for the word of the store, and only the first counts", async () => {
  const { receipt, keep } = openReceipt();
  keep(true);
  keep(false);
  expect(await receipt.stored).toBe(true);
});

test("the receipt of an event that was refused has its outcome and is not stored", async () => {
  const receipt = closedReceipt(EXPIRED);
  expect(await receipt).toBe(EXPIRED);
  expect(await receipt.stored).toBe(false);
});
