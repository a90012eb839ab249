import type { Issue, IssueCode } from "./issue.ts";

/** Stands in for `create-issue.ts` in pages that are published: where it is, and the code to look up. */
export function createIssue<Code extends IssueCode>(path: string, code: Code): Issue<Code> {
  return { path, code, message: `${path || "event"}: ${code}` };
}
