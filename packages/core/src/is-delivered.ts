import type { Outcome } from "./outcome.ts";

/**
 * Whether Intercom has the event: it was accepted, or an equal one was. An outbox forgets such an event, and keeps every
 * other that has ended as a dead letter.
 */
export function isDelivered(outcome: Outcome): boolean {
  return outcome.status === "accepted" || outcome.status === "duplicate";
}
