import type { Outcome, RelayResult, Verdict } from "@intercom-events/core";

/** An event that the page may send again: nothing was said against it. */
export const RETRY: RelayResult = { status: "retry" };

/** An event that the relay has. */
export const ACCEPTED: RelayResult = { status: "accepted" };

/** What a page is told of how its event has ended. */
export function resultOf(outcome: Outcome): RelayResult {
  switch (outcome.status) {
    case "accepted":
    case "duplicate":
      return { status: outcome.status };
    case "rejected":
      return resultOfVerdict(outcome.verdict);
    case "invalid":
      return { status: "rejected", code: "invalid_event" };
    case "dropped":
      return outcome.reason === "queue_full" || outcome.reason === "not_stored"
        ? { status: "retry", code: "not_stored" }
        : RETRY;
    default:
      return outcome satisfies never;
  }
}

/** Only what Intercom said about this event is its end; the others may go better another time. */
function resultOfVerdict({ kind }: Verdict): RelayResult {
  switch (kind) {
    case "contact_not_found":
      return { status: "rejected", code: "contact_not_found" };
    case "invalid_request":
      return { status: "rejected", code: "refused" };
    case "accepted":
    case "rate_limited":
    case "server_error":
    case "unreachable":
    case "timeout":
    case "unauthorized":
    case "forbidden":
      return RETRY;
    default:
      return kind satisfies never;
  }
}
