import type { IssueCode } from "./issue.ts";

/** Stands in for `issue-message.ts` in pages that are published: where it is, and the code to look up. */
export function messageOf(path: string, code: IssueCode): string {
  return `${path || "event"}: ${code}`;
}
