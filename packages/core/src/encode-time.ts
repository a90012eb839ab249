import { type Report, refuse } from "./report.ts";

/** From here on a number of seconds (the year 5138) is taken for milliseconds. A `Date` is what it says. */
export const FIRST_MILLISECONDS = 1e11;

/**
 * Reads a time as whole Unix seconds, cutting off fractions, or reports why not.
 *
 * Intercom wants seconds and de-duplicates by them: developers.intercom.com, data events, `created_at`.
 */
export function encodeTime(path: string, value: unknown, report: Report): number | undefined {
  const seconds = Math.floor(typeof value === "number" ? value : millisecondsOf(value) / 1000);
  if (!Number.isFinite(seconds)) {
    return refuse(report, path, "invalid_date", value);
  }
  if (seconds < FIRST_MILLISECONDS || typeof value !== "number") return seconds;
  return refuse(report, path, "milliseconds", seconds);
}

/** The time of a `Date`, also one of another realm; `NaN` if it has none or is none. */
function millisecondsOf(value: unknown): number {
  try {
    return Date.prototype.getTime.call(value);
  } catch {
    return Number.NaN;
  }
}
