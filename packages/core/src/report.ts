import { describe } from "./describe.ts";
import type { ErrorCode, Issue, WarningCode } from "./issue.ts";

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
  isStamped: boolean;
}

/**
 * The most characters of keys and texts in one event. Intercom names no limit; ten tracked keys of
 * the longest text it shows (255) are a twentieth of this, so more is a mistake.
 */
const MAX_CHARACTERS = 65_536;

/** An empty report. */
export function createReport(): Report {
  return { issues: [], warnings: [], characters: 0, isStamped: false };
}

/** Reports what keeps the event from being sent. It answers what is sent instead: nothing. */
export function refuse(
  report: Report,
  path: string,
  code: ErrorCode,
  expected: string,
  found: unknown,
): undefined {
  report.issues.push({ path, code, message: sentence(path, expected, found) });
}

/** Reports a value that throws as soon as it is read. */
export function refuseUnreadable(report: Report, path: string, error: unknown): undefined {
  return refuse(report, path, "unreadable", "readable without error", error);
}

/** Reports what deserves a look although the event is sent. */
export function remark(
  report: Report,
  path: string,
  code: WarningCode,
  expected: string,
  found: unknown,
): void {
  report.warnings.push({ path, code, message: sentence(path, expected, found) });
}

/** The one grammar of messages. */
function sentence(path: string, expected: string, found: unknown): string {
  return `${path || "The event"} must be ${expected}, got ${describe(found)}`;
}

/** Everything a report holds, problems first, if it holds a problem; else `undefined`. */
export function failure(report: Report): Failure | undefined {
  const { issues, warnings, characters } = report;
  if (characters > MAX_CHARACTERS) {
    refuse(report, "", "too_large", `at most ${MAX_CHARACTERS} characters in all`, characters);
  }
  if (issues.length === 0) return undefined;
  return { ok: false, issues: [...issues, ...warnings] as [Issue, ...Issue[]] };
}
