import type { Counts } from "./junit.ts";

/** What one task adds to the sum: its report's counts, or one failure if it failed or should have left a report. */
export function countTask(counts: Counts | undefined, failed: boolean, hasReport: boolean): Counts {
  if (counts && (counts.failed > 0 || !failed)) return counts;
  return {
    passed: counts?.passed ?? 0,
    failed: failed || hasReport ? 1 : 0,
    skipped: counts?.skipped ?? 0,
  };
}
