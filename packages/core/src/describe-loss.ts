import { explain } from "./intercom-error.ts";
import type { Outcome } from "./outcome.ts";

/** An event that was lost, in words. */
export interface Loss {
  /** A word that is the same for losses of one kind. */
  readonly kind: string;
  /** A sentence for people. */
  readonly message: string;
}

const REASONS = {
  queue_full: "too many events are waiting",
  not_stored: "the outbox did not take it",
  expired: "it could not be sent in time (retry.maxAge)",
  closed: "the client was closed",
  opted_out: "the visitor opted out",
} as const;

/** Says in words how an event was lost; `undefined` if it was not: Intercom has it. */
export function describeLoss(outcome: Outcome): Loss | undefined {
  switch (outcome.status) {
    case "accepted":
    case "duplicate":
      return undefined;
    case "rejected":
      return { kind: outcome.verdict.kind, message: `An event was rejected: ${explain(outcome.verdict)}` };
    case "invalid":
      return {
        kind: outcome.issues[0].code,
        message: `An event was not sent: ${outcome.issues.map(({ message }) => message).join("; ")}`,
      };
    case "dropped":
      return { kind: outcome.reason, message: `An event was dropped: ${REASONS[outcome.reason]}` };
    default:
      return outcome satisfies never;
  }
}
