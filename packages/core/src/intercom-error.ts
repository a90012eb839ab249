import { oneLine } from "./one-line.ts";
import { reasonOf } from "./reason-of.ts";
import type { Verdict } from "./verdict.ts";

/** What a verdict may be when a call fails. */
export type FailedVerdict = Exclude<Verdict, { kind: "accepted" }>;

/**
 * The one error of the calls that read: Intercom's answer was no, or none came.
 *
 * @example
 * try {
 *   await client.summaries({ userId: "314159" });
 * } catch (error) {
 *   if (error instanceof IntercomError && error.verdict.kind === "contact_not_found") return [];
 *   throw error;
 * }
 */
export class IntercomError extends Error {
  /** Always `IntercomError`. */
  override readonly name: string = "IntercomError";
  /** What Intercom said. */
  readonly verdict: FailedVerdict;
  /** Says what could not be done, as in "Cannot list events", and what Intercom said. */
  constructor(action: string, verdict: FailedVerdict) {
    super(
      `Cannot ${action}: ${oneLine(explain(verdict))}`,
      verdict.kind === "unreachable" ? { cause: verdict.cause } : undefined,
    );
    this.verdict = verdict;
  }
}

/** A verdict as half a sentence: `contact_not_found (404 not_found: User Not Found, request 004h…)`. */
export function explain(verdict: FailedVerdict): string {
  switch (verdict.kind) {
    case "timeout":
      return "no reply in time";
    case "unreachable":
      return `no reply (${reasonOf(verdict.cause)})`;
    default: {
      const { kind, status, errors, requestId } = verdict;
      const said = errors.map(({ code, message }) => ` ${code}: ${message}`).join(";");
      const why =
        said === "" && verdict.kind === "server_error" && verdict.message ? `: ${verdict.message}` : said;
      return `${kind} (${status}${why}${requestId === undefined ? "" : `, request ${requestId}`})`;
    }
  }
}
