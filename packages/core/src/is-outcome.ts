import type { Outcome, OutcomeStatus } from "./outcome.ts";

/** What an outcome may have. */
interface Fields {
  readonly status?: unknown;
  readonly verdict?: { readonly kind?: unknown };
  readonly issues?: readonly unknown[];
  readonly reason?: unknown;
}

/** Where each says why, for those that have to. */
const REASONS: Readonly<Record<OutcomeStatus, (outcome: Fields) => unknown>> = {
  accepted: ({ status }) => status,
  duplicate: ({ status }) => status,
  rejected: ({ verdict }) => verdict?.kind,
  invalid: ({ issues }) => issues?.[0],
  dropped: ({ reason }) => reason,
};

/** Whether a value from a store is an outcome, and not, say, its JSON: it is counted by what it says. */
export function isOutcome(value: unknown): value is Outcome {
  const outcome: Fields = Object(value);
  const status = outcome.status as OutcomeStatus;
  return Object.hasOwn(REASONS, status) && REASONS[status](outcome) !== undefined;
}
