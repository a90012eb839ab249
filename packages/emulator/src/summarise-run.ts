import type { EmulatorStats } from "./emulator-state.ts";
import type { RecordedRequest } from "./request-log.ts";

/** As good as always the program was never told where to send. */
const nothingCame =
  "  no request came: does the program take its address from INTERCOM_BASE_URL (createClient's baseUrl)?";

/** What `exec` says at its end: the totals, and why requests were refused, or why there may have been none. */
export function summariseRun(stats: EmulatorStats, requests: readonly RecordedRequest[]): string {
  const { results } = stats;
  const refused = new Map<string, number>();
  for (const { result, status, reason, field } of requests) {
    if (result !== "refused") continue;
    const why = [status ?? "no reply", reason, ...(field === undefined ? [] : [`(${field})`])].join(" ");
    refused.set(why, (refused.get(why) ?? 0) + 1);
  }
  const requestsInAll = `${stats.requests} ${stats.requests === 1 ? "request" : "requests"}`;
  const totals = `${requestsInAll}: ${results.stored} stored, ${results.duplicate} duplicate, ${results.answered} answered, ${results.refused} refused`;
  const hints = stats.requests === 0 ? [nothingCame] : [];
  return [totals, ...hints, ...[...refused].map(([why, count]) => `  ${count} × ${why}`)].join("\n");
}
