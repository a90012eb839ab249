import { expect, test, vi } from "vitest";
import { callSafely } from "./call-safely.ts";
import { createReceipt, receiptControls } from "./lazy-receipt.ts";

const cause = new Error("the log is full");

test.each<[string, () => unknown]>([
  [
    "throws",
    () => {
      throw cause;
    },
  ],
  ["rejects", () => Promise.reject(cause)],
])("what it %s is told, and ends no process", async (_, call) => {
  const failed = vi.fn();
  callSafely(call, undefined, failed);
  await Promise.resolve();
  expect(failed.mock.calls).toEqual([[cause]]);
});

test("what an async function rejects with is told where another Promise is in place, as of zone.js", async () => {
  const failed = vi.fn();
  vi.stubGlobal("Promise", class {});
  callSafely(
    async () => {
      throw cause;
    },
    undefined,
    failed,
  );
  vi.unstubAllGlobals();
  await Promise.resolve();
  expect(failed.mock.calls).toEqual([[cause]]);
});

test.each<[string, unknown]>([
  ["nothing", undefined],
  ["a promise", Promise.resolve(1)],
  ["what only looks like one", { catch: () => fail() }],
])("it is given what there is, and may answer %s", async (_, answer) => {
  const call = vi.fn(() => answer);
  callSafely(call, "given", fail);
  await Promise.resolve();
  expect(call.mock.calls).toEqual([["given"]]);
});

test("a receipt that it answers is not waited for", () => {
  const receipt = createReceipt();
  callSafely(() => receipt, undefined, fail);
  expect(receiptControls.isWanted(receipt)).toBe(false);
});

function fail(): never {
  throw new Error("Nothing has failed");
}
