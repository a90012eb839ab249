import type { DropReason, Outcome } from "@intercom-events/core";

/** What a reason to drop an event means in a page, where its name does not say so. */
const DROPPED: Readonly<Partial<Record<DropReason, string>>> = {
  expired: "no Messenger had booted, or no relay had taken it, in time",
  not_stored: "there is no page",
};

/**
 * Says why an event was lost, to stand behind that it was: in the relay's word if it has given one, and in few words, as
 * each text is told once. In pages that are published `why-lost.production.ts` takes the place of this file: there the
 * listeners of `outcome` learn it.
 */
export function whyLost(outcome: Outcome): string {
  const why = reasonOf(outcome);
  return why === undefined ? "" : ` (${why})`;
}

function reasonOf(outcome: Outcome): string | undefined {
  switch (outcome.status) {
    case "invalid":
      return outcome.issues[0].code;
    case "dropped":
      return DROPPED[outcome.reason];
    case "rejected": {
      const { verdict } = outcome;
      const code = "errors" in verdict ? verdict.errors[0]?.code : undefined;
      return code ?? verdict.kind;
    }
    case "accepted":
    case "duplicate":
      return undefined;
    default:
      return outcome satisfies never;
  }
}
