import type { RequestResult } from "../../src/request-log.ts";

/** Requests of one second, by what became of them. */
export type SecondCounts = Readonly<Record<RequestResult, number>>;

/** Requests per second of the last minute. */
export interface RequestRate {
  /** Takes the totals at `second`. Totals that shrink are those after a reset. */
  update(totals: SecondCounts, second: number): void;
  /** The last `seconds` up to `second`, oldest first. */
  last(seconds: number, second: number): SecondCounts[];
}

const none: SecondCounts = { stored: 0, duplicate: 0, answered: 0, refused: 0 };
const results = Object.keys(none) as RequestResult[];

/** Counts from totals, so that nothing is missing when the stream leaves something out. */
export function createRequestRate(): RequestRate {
  const counts = new Map<number, Record<RequestResult, number>>();
  let before: SecondCounts | undefined;
  return {
    update(totals, second) {
      const from =
        before && results.every((name) => totals[name] >= (before?.[name] ?? 0)) ? before : undefined;
      const isFirst = before === undefined;
      before = { ...totals };
      if (isFirst) return; // how long these took to come is not known
      const bucket = counts.get(second) ?? { ...none };
      for (const name of results) bucket[name] += totals[name] - (from?.[name] ?? 0);
      counts.set(second, bucket);
      for (const old of counts.keys()) if (old < second - 300) counts.delete(old);
    },
    last: (seconds, second) =>
      Array.from({ length: seconds }, (_, index) => counts.get(second - seconds + 1 + index) ?? none),
  };
}
