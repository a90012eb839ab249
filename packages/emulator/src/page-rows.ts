import { checkKeys, misuse } from "./misuse.ts";

/** Something in a list, and its place in it: 0 is the oldest. */
export interface Row<Value> {
  readonly position: number;
  readonly value: Value;
}

/** A part of a list, the newest first. */
export interface RowPage<Value> {
  /** The length of the whole list, whatever was searched for. */
  readonly total: number;
  /** Where to go on, as `before`. Absent: there is nothing older. */
  readonly next?: number;
  readonly rows: readonly Row<Value>[];
}

/** A list whose oldest entries may be gone. */
export interface Listed<Value> {
  readonly values: readonly Value[];
  /** The place of the first value. @default 0 */
  readonly first?: number;
}

/** Which part of a list is asked for. */
export interface RowQuery<Value> {
  /** The first place that is not wanted. @default the end of the list */
  readonly before?: number | undefined;
  readonly limit: number;
  matches(value: Value): boolean;
  /** About how much of a reply it takes. */
  size?(value: Value): number;
}

/** How many values one page looks at, so that a search through a million of them does not hold up others. */
const looksAtMost = 20_000;

/** How much text a page has, unless its first row alone has more: 1 MiB. */
const textBudget = 1024 ** 2;

/** The rows that match, from `before` backwards. A page may be short, or empty, and yet have a `next`. */
export function pageRows<Value>(list: Listed<Value>, query: RowQuery<Value>): RowPage<Value> {
  const { values, first = 0 } = list;
  const { limit, matches, size = () => 0 } = query;
  const total = first + values.length;
  const rows: Row<Value>[] = [];
  let position = Math.min(query.before ?? total, total);
  const stop = Math.max(first, position - looksAtMost);
  let left = textBudget;
  while (position > stop && rows.length < limit && left > 0) {
    position -= 1;
    const value = values[position - first] as Value;
    if (!matches(value)) continue;
    rows.push({ position, value });
    left -= size(value);
  }
  return { total, ...(position > first && { next: position }), rows };
}

/**
 * Reads the query string of a list; `filters` are the parameters it may have besides `limit` and `before`.
 * @throws TypeError naming the first parameter that is wrong or unknown
 */
export function parseRowQuery<Filter extends string>(
  query: string,
  { action, filters }: { readonly action: string; readonly filters: readonly Filter[] },
): { limit: number; before?: number; filter: Partial<Record<Filter, string>> } {
  const given = Object.fromEntries(new URLSearchParams(query));
  checkKeys(action, given, { name: "query", known: ["limit", "before", ...filters] });
  const { limit = "100", before, ...filter } = given;
  if (!/^\d{1,4}$/.test(limit) || Number(limit) < 1 || Number(limit) > 1000) {
    throw misuse(action, "limit", "an integer from 1 to 1000", limit);
  }
  if (before !== undefined && !/^\d{1,15}$/.test(before)) {
    throw misuse(action, "before", "an integer, 0 or more", before);
  }
  return {
    limit: Number(limit),
    ...(before !== undefined && { before: Number(before) }),
    filter: filter as Partial<Record<Filter, string>>,
  };
}
