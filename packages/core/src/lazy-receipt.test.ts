import { expect, test } from "vitest";
import { createReceipt, receiptControls } from "./lazy-receipt.ts";
import type { Outcome } from "./outcome.ts";

const ACCEPTED: Outcome = { status: "accepted", attempts: 1 };
const EXPIRED: Outcome = { status: "dropped", reason: "expired" };

test.each([true, false])(
  "another is stored when the outbox says so, and only its first word counts: %s",
  async (is) => {
    const receipt = createReceipt();
    const asked = receipt.stored;
    expect(receipt.stored).toBe(asked);
    receiptControls.store(receipt, is);
    receiptControls.store(receipt, !is);
    receiptControls.settle(receipt, ACCEPTED);
    expect([await asked, await receipt.stored]).toEqual([is, is]);
  },
);

test("the word of the outbox is there for who asks later", async () => {
  const receipt = createReceipt();
  receiptControls.store(receipt, true);
  expect(await receipt.stored).toBe(true);
});

test("an event that ends without a word of the outbox is not stored", async () => {
  const receipt = createReceipt();
  const asked = receipt.stored;
  receiptControls.settle(receipt, EXPIRED);
  expect([await asked, await receipt.stored]).toEqual([false, false]);
});

test("a receipt is a promise in every respect", async () => {
  const receipt = createReceipt();
  expect(receipt).toBeInstanceOf(Promise);
  expect(Object.prototype.toString.call(receipt)).toBe("[object Promise]");
  const called: string[] = [];
  const all = [
    receipt.then(({ status }) => status),
    receipt.finally(() => called.push("finally")),
    receipt.catch(() => called.push("catch")),
    Promise.all([receipt]),
    Promise.resolve(receipt),
    (async () => receipt)(),
  ];
  receiptControls.settle(receipt, ACCEPTED);
  receiptControls.settle(receipt, EXPIRED);
  expect(await Promise.all(all)).toEqual(["accepted", ACCEPTED, ACCEPTED, [ACCEPTED], ACCEPTED, ACCEPTED]);
  expect(called).toEqual(["finally"]);
  expect(await receipt.then(({ status }) => status)).toBe("accepted");
  expect(receiptControls.outcome(receipt)).toBe(ACCEPTED);
});

test("whoever holds a receipt cannot end it", () => {
  const receipt = createReceipt() as unknown as Record<string, unknown>;
  const names = [receipt, Object.getPrototypeOf(receipt), receipt.constructor].flatMap(
    Object.getOwnPropertyNames,
  );
  expect(names.filter((name) => /settle|store$|outcome|resolve/i.test(name))).toEqual([]);
  expect(JSON.stringify(receipt)).toBe("{}");
});

/** Notes what is asked for, in order. */
function noting() {
  const noted: string[] = [];
  const attendant = {
    wanted: () => void noted.push("outcome"),
    storedWanted: () => void noted.push("stored"),
  };
  return { noted, attendant };
}

test("it is known whether anybody waits for a receipt", () => {
  const { noted, attendant } = noting();
  const receipt = createReceipt(attendant);
  void receipt.stored;
  expect([receiptControls.isWanted(receipt), noted]).toEqual([false, ["stored"]]);
  void receipt.then();
  void receipt.then();
  expect([receiptControls.isWanted(receipt), noted]).toEqual([true, ["stored", "outcome"]]);
  expect(receiptControls.outcome(receipt)).toBe(undefined);
  receiptControls.settle(receipt, ACCEPTED);
  expect(receiptControls.outcome(receipt)).toBe(ACCEPTED);
});

test("who asks for what is known need not be waited for", async () => {
  const { noted, attendant } = noting();
  const receipt = createReceipt(attendant);
  const stored = receiptControls.stored(receipt); // Not somebody else.
  receiptControls.settle(receipt, ACCEPTED);
  expect(await stored).toBe(false);
  void receipt.then();
  void receipt.stored;
  expect(noted).toEqual([]);
});

test("a receipt is of a class that Babel's preset of React Native can read", () => {
  expect(String(createReceipt().constructor)).not.toMatch(/\bstatic\s*\{/);
});
