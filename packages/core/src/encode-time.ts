import { describe, kindOf } from "./describe.ts";
import type { Report } from "./report.ts";

/** From here on a number of seconds (the year 5138) is taken for milliseconds. */
const FIRST_MILLISECONDS = 1e11;

/**
 * Reads a time as whole Unix seconds, cutting off fractions, or reports why not.
 *
 * Intercom wants seconds and de-duplicates by them: developers.intercom.com, data events, `created_at`.
 */
export function encodeTime(path: string, value: Date | number, report: Report): number | undefined {
  const seconds = Math.floor(typeof value === "number" ? value : Date.prototype.getTime.call(value) / 1000);
  if (!Number.isFinite(seconds)) {
    const found = typeof value === "number" ? describe(value) : "an invalid Date";
    report.error(path, "invalid_date", `${path} must be a valid Date or Unix seconds, got ${found}`);
    return undefined;
  }
  if (seconds >= FIRST_MILLISECONDS) {
    report.error(
      path,
      "milliseconds",
      `${path} must be in seconds, got ${seconds}: divide milliseconds by 1000`,
    );
    return undefined;
  }
  return seconds;
}

/** Whether a value is a `Date`, also one of another realm. */
export function isDate(value: unknown): value is Date {
  if (typeof value !== "object" || value === null || kindOf(value) !== "Date") return false;
  try {
    Date.prototype.getTime.call(value);
    return true;
  } catch {
    return false; // It only says that it is one.
  }
}
