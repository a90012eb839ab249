import type { Outcome, OutcomeStatus } from "./outcome.ts";

/** What tells why, of outcomes that have a reason. */
const REASONS: Readonly<Record<OutcomeStatus, ((outcome: Fields) => unknown) | undefined>> = {
  accepted: undefined,
  duplicate: undefined,
  rejected: ({ verdict }) => verdict?.kind,
  invalid: ({ issues }) => issues?.[0],
  dropped: ({ reason }) => reason,
};

/** What an outcome may have. */
interface Fields {
  readonly status?: unknown;
  readonly verdict?: { readonly kind?: unknown };
  readonly issues?: readonly unknown[];
  readonly reason?: unknown;
}

/** Whether a value from a store is an outcome, and not, say, its JSON: it is counted by what it says. */
export function isOutcome(value: unknown): value is Outcome {
  const outcome: Fields = Object(value);
  if (!Object.hasOwn(REASONS, String(outcome.status))) return false;
  const reason = REASONS[outcome.status as OutcomeStatus];
  return reason === undefined || reason(outcome) !== undefined;
}
