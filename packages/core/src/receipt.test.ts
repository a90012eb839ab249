import { expect, test } from "vitest";
import type { Outcome } from "./outcome.ts";
import { closedReceipt } from "./receipt.ts";

test("the receipt of an event that was refused has its outcome and is not stored", async () => {
  const expired: Outcome = { status: "dropped", reason: "expired" };
  const receipt = closedReceipt(expired);
  expect(await receipt).toBe(expired);
  expect(await receipt.stored).toBe(false);
});
