import type { ErrorCode, Issue, WarningCode } from "./issue.ts";

/** Why something could not be encoded: all its problems, then the warnings. */
export interface Failure {
  /** It cannot be sent. */
  readonly ok: false;
  /** Problems first, then warnings. */
  readonly issues: readonly [Issue, ...Issue[]];
}

/** Collects what an encoder finds; {@link createReport}. */
export interface Report {
  readonly issues: Issue<ErrorCode>[];
  readonly warnings: Issue<WarningCode>[];
  error(path: string, code: ErrorCode, message: string): void;
  warn(path: string, code: WarningCode, message: string): void;
  /** Counts characters that will be sent, and reports the event as too large once. */
  count(characters: number): void;
}

/**
 * The most characters of keys and texts in one event. Intercom names no limit; ten tracked keys of
 * the longest text it shows (255) are a twentieth of this, so more is a mistake.
 */
const MAX_CHARACTERS = 65_536;

/** An empty report. */
export function createReport(): Report {
  const issues: Issue<ErrorCode>[] = [];
  const warnings: Issue<WarningCode>[] = [];
  let characters = 0;
  const error: Report["error"] = (path, code, message) => {
    issues.push({ path, code, message });
  };
  return {
    issues,
    warnings,
    error,
    warn(path, code, message) {
      warnings.push({ path, code, message });
    },
    count(added) {
      const fitted = characters <= MAX_CHARACTERS;
      characters += added;
      if (fitted && characters > MAX_CHARACTERS) {
        error(
          "",
          "too_large",
          `The event must have at most ${MAX_CHARACTERS} characters in its keys and texts`,
        );
      }
    },
  };
}

/** Everything a report holds, problems first, if it holds a problem; else `undefined`. */
export function failure({ issues, warnings }: Report): Failure | undefined {
  const [first, ...rest] = issues;
  return first && { ok: false, issues: [first, ...rest, ...warnings] };
}
