import { expect, test } from "vitest";
import { pageRows } from "./page-rows.ts";

const numbers = (length: number): number[] => Array.from({ length }, (_, index) => index);
const all = (): boolean => true;

test("from the newest to the oldest, page by page", () => {
  const list = { values: numbers(5) };
  const first = pageRows(list, { limit: 2, matches: all });
  expect(first).toEqual({
    total: 5,
    next: 3,
    rows: [
      { position: 4, value: 4 },
      { position: 3, value: 3 },
    ],
  });
  expect(pageRows(list, { limit: 9, before: 3, matches: all }).rows.map(({ value }) => value)).toEqual([
    2, 1, 0,
  ]);
  expect(pageRows(list, { limit: 9, before: 3, matches: all })).not.toHaveProperty("next");
});

test("places stay when the oldest values are gone", () => {
  const list = { values: ["c", "d"], first: 2 };
  expect(pageRows(list, { limit: 1, matches: all })).toMatchObject({ total: 4, next: 3 });
  expect(pageRows(list, { limit: 9, before: 3, matches: all })).toEqual({
    total: 4,
    rows: [{ position: 2, value: "c" }],
  });
  expect(pageRows(list, { limit: 9, before: 1, matches: all })).toEqual({ total: 4, rows: [] });
});

test("a search looks at so many values at a time, and says where to go on", () => {
  let looks = 0;
  const matches = (value: number): boolean => {
    looks += 1;
    return value === 0;
  };
  const list = { values: numbers(50_000) };
  const page = pageRows(list, { limit: 10, matches });
  expect([page.rows, page.next, looks]).toEqual([[], 30_000, 20_000]);
  const last = pageRows(list, { limit: 10, before: 10_000, matches });
  expect(last).toEqual({ total: 50_000, rows: [{ position: 0, value: 0 }] });
});

test("long values make a short page, never an empty one", () => {
  const page = pageRows({ values: numbers(3) }, { limit: 10, matches: all, size: () => 2 * 1024 ** 2 });
  expect(page).toMatchObject({ next: 2, rows: [{ value: 2 }] });
});

test("what is beyond the end is the end", () => {
  const list = { values: numbers(3) };
  expect(pageRows(list, { limit: 2, before: 99, matches: all })).toEqual(
    pageRows(list, { limit: 2, matches: all }),
  );
});
