import type { Report } from "./report.ts";

/** @throws {TypeError} with what an action cannot be done for, if a report has any issues */
export function throwIssues(action: string, { issues }: Report): void {
  if (issues.length > 0)
    throw new TypeError(`Cannot ${action}: ${issues.map(({ message }) => message).join("; ")}`);
}
