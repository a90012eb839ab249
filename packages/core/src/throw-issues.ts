import type { Issue } from "./issue.ts";

/** @throws {TypeError} with all that an action cannot be done for, if there is anything */
export function throwIssues(action: string, issues: readonly Pick<Issue, "message">[]): void {
  if (issues.length > 0)
    throw new TypeError(`Cannot ${action}: ${issues.map(({ message }) => message).join("; ")}`);
}
