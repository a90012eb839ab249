import { createIssue } from "./create-issue.ts";
import type { ErrorCode, Issue, WarningCode } from "./issue.ts";
import { MAX_CHARACTERS } from "./limits.ts";

/** Why something could not be encoded: all its problems, then the warnings. */
export interface Failure {
  /** It cannot be sent. */
  readonly ok: false;
  /** Problems first, then warnings. */
  readonly issues: readonly [Issue, ...Issue[]];
}

/** What an encoder has found so far. Plain data, as there is one for each event. */
export interface Report {
  readonly issues: Issue<ErrorCode>[];
  readonly warnings: Issue<WarningCode>[];
  /** Characters of keys and texts that will be sent. */
  characters: number;
  /** Whether the event's time is ours. */
  isStamped?: boolean;
}

/** An empty report. */
export function createReport(): Report {
  return { issues: [], warnings: [], characters: 0 };
}

/** Reports what keeps the event from being sent. It returns what is sent instead: nothing. */
export function refuse(report: Report, path: string, code: ErrorCode, found: unknown): undefined {
  report.issues.push(createIssue(path, code, found));
}

/** Everything a report holds, problems first, if it holds a problem; else `undefined`. */
export function failure(report: Report): Failure | undefined {
  const { issues, warnings, characters } = report;
  if (characters > MAX_CHARACTERS) {
    refuse(report, "", "too_large", characters);
  }
  if (issues.length === 0) return undefined;
  return { ok: false, issues: [...issues, ...warnings] as [Issue, ...Issue[]] };
}
