import { expect, test } from "vitest";
import { createRequestRate } from "./request-rate.ts";

const totals = (stored: number, refused = 0) => ({ stored, duplicate: 0, answered: 0, refused });

test("seconds are what totals grew by", () => {
  const rate = createRequestRate();
  rate.update(totals(100), 10); // there before the page was
  rate.update(totals(103, 1), 11);
  rate.update(totals(104, 1), 11);
  rate.update(totals(106, 2), 13);
  expect(rate.last(4, 13)).toEqual([totals(0), totals(4, 1), totals(0), totals(2, 1)]);
});

test("after a reset totals count from nothing", () => {
  const rate = createRequestRate();
  rate.update(totals(100), 1);
  rate.update(totals(3), 2);
  expect(rate.last(1, 2)).toEqual([totals(3)]);
});
