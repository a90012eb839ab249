import { messageOf } from "./describe.ts";
import type { Outcome } from "./outcome.ts";

/**
 * Stands in for `safe-outcome.ts` in pages: all that an outcome holds there is plain data already, checked as it was
 * read, but for what was thrown.
 */
export function safeOutcome(outcome: Outcome): Outcome {
  if (outcome.status !== "rejected" || outcome.verdict.kind !== "unreachable") return outcome;
  const { cause } = outcome.verdict;
  return {
    ...outcome,
    verdict: { kind: "unreachable", cause: { name: nameOf(cause), message: messageOf(cause) } },
  };
}

function nameOf(cause: unknown): string {
  try {
    return cause instanceof Error ? `${cause.name}` : typeof cause;
  } catch {
    return "Error";
  }
}
