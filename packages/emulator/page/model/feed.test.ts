import { expect, test } from "vitest";
import { pageRows, type Row } from "../../src/page-rows.ts";
import { createFeed } from "./feed.ts";

type Filter = { readonly odd?: boolean };

const matcher =
  ({ odd }: Filter) =>
  (value: number): boolean =>
    !odd || value % 2 === 1;

/** A feed of the numbers below `length`, whose pages have `limit` rows. */
function createNumbers(length: number, limit = 100) {
  const values = Array.from({ length }, (_, index) => index);
  const asked: (number | undefined)[] = [];
  let fails = false;
  const feed = createFeed<number, Filter>({
    filter: {},
    matcher,
    async fetchPage(filter, before) {
      asked.push(before);
      if (fails) throw new Error("no answer");
      return pageRows({ values }, { limit, before, matches: matcher(filter) });
    },
  });
  /** Says and shows that a number is new. */
  function put(...numbers: number[]): void {
    const rows = numbers.map((value): Row<number> => ({ position: values.push(value) - 1, value }));
    feed.add(rows);
  }
  const settled = async (): Promise<void> => {
    do await new Promise((resolve) => setTimeout(resolve));
    while (feed.status.value === "loading");
  };
  const shown = (): number[] => feed.rows.value.map(({ value }) => value);
  function fail(wanted: boolean): void {
    fails = wanted;
  }
  return { feed, asked, put, settled, shown, fail };
}

test("the newest first, older ones when they are wanted", async () => {
  const { feed, settled, shown } = createNumbers(150);
  feed.reload();
  await settled();
  expect([shown()[0], shown().length, feed.status.value]).toEqual([149, 100, "more"]);
  feed.loadMore();
  await settled();
  expect([shown().at(-1), shown().length, feed.status.value]).toEqual([0, 150, "end"]);
});

test("what comes is shown on top, once, even while the first page is on its way", async () => {
  const { feed, put, settled, shown } = createNumbers(2);
  feed.reload();
  put(2);
  await settled();
  put(3, 4);
  expect(shown()).toEqual([4, 3, 2, 1, 0]);
});

test("while held it waits, and says how many", async () => {
  const { feed, put, settled, shown } = createNumbers(1);
  feed.reload();
  await settled();
  feed.hold(true);
  put(1);
  put(2);
  expect([shown(), feed.waiting.value]).toEqual([[0], 2]);
  feed.hold(false);
  expect([shown(), feed.waiting.value]).toEqual([[2, 1, 0], 0]);
});

test("a filter holds for what is loaded and for what comes", async () => {
  const { feed, put, settled, shown } = createNumbers(4);
  feed.setFilter({ odd: true });
  await settled();
  put(4, 5);
  expect(shown()).toEqual([5, 3, 1]);
});

test("a search goes on through pages without a match", async () => {
  const asked: (number | undefined)[] = [];
  const values = Array.from({ length: 50_000 }, (_, index) => index);
  const feed = createFeed<number, Filter>({
    filter: {},
    matcher,
    async fetchPage(_, before) {
      asked.push(before);
      return pageRows({ values }, { limit: 9, before, matches: () => false });
    },
  });
  feed.reload();
  do await new Promise((resolve) => setTimeout(resolve));
  while (feed.status.value === "loading");
  expect([asked, feed.looked.value, feed.status.value]).toEqual([[undefined, 30_000, 10_000], 50_000, "end"]);
});

test("a failure is told, and trying again goes on where it failed", async () => {
  const { feed, asked, fail, settled, shown } = createNumbers(150);
  feed.reload();
  await settled();
  fail(true);
  feed.loadMore();
  await settled();
  expect([feed.status.value, feed.error.value]).toEqual(["failed", "no answer"]);
  fail(false);
  feed.loadMore();
  await settled();
  expect([asked, shown().length]).toEqual([[undefined, 50, 50], 150]);
});

test("the rows that are kept are bounded, and the others can be had again", async () => {
  const { feed, put, settled, shown } = createNumbers(10, 1000);
  feed.reload();
  await settled();
  for (let turn = 0; turn < 21; turn += 1) put(...Array.from({ length: 1000 }, () => turn));
  expect([shown().length, feed.status.value]).toEqual([20_000, "more"]);
  feed.loadMore();
  await settled();
  expect(feed.rows.value.map(({ position }) => position)).toEqual(
    Array.from({ length: shown().length }, (_, index) => 21_009 - index),
  );
});
