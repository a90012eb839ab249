import { expect, test } from "vitest";
import { ALLOWANCE, allowanceLeft, takeAllowance } from "./page-allowance.ts";

test("counts bytes and requests of the whole page, and takes back what has ended", () => {
  const all = takeAllowance(ALLOWANCE);
  expect(all).toBeDefined();
  expect(takeAllowance(1)).toBeUndefined();
  all?.();
  const nine = Array.from({ length: 9 }, () => takeAllowance(10));
  expect(nine).not.toContain(undefined);
  expect(allowanceLeft()).toBe(0);
  expect(takeAllowance(10)).toBeUndefined();
  for (const release of nine) release?.();
  expect(allowanceLeft()).toBe(ALLOWANCE);
});
