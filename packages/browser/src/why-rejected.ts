import type { Outcome } from "@intercom-events/core";

/**
 * Names why an event was rejected, in the relay's word if it has given one, to stand behind that it was. In pages that are
 * published `why-rejected.production.ts` takes the place of this file: there the listeners of `outcome` learn it.
 */
export function whyRejected(outcome: Outcome): string {
  if (outcome.status !== "rejected") return "";
  const { verdict } = outcome;
  const code = "errors" in verdict ? verdict.errors[0]?.code : undefined;
  return ` (${code ?? verdict.kind})`;
}
