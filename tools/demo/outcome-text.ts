import type { Outcome } from "@intercom-events/core";

/** How an event ended, in a few words. */
export function outcomeText(outcome: Outcome): string {
  switch (outcome.status) {
    case "accepted":
      return "accepted";
    case "duplicate":
      return "duplicate, not sent";
    case "rejected":
      return `rejected: ${verdictText(outcome.verdict)}`;
    case "invalid":
      return `invalid: ${outcome.issues.map(({ message }) => message).join("; ")}`;
    case "dropped":
      return `dropped: ${outcome.reason}`;
    default:
      return outcome satisfies never;
  }
}

type Refusal = Extract<Outcome, { status: "rejected" }>["verdict"];

function verdictText(verdict: Refusal): string {
  if (verdict.kind === "timeout") return "timeout";
  if (verdict.kind === "unreachable") return `unreachable (${String(verdict.cause)})`;
  const said = verdict.errors.map(({ message }) => `: ${message}`).join("");
  return `${verdict.kind} (${verdict.status}${said})`;
}
