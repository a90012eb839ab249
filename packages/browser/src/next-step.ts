import {
  backoff,
  type OutboxRecord,
  type Outcome,
  type RetryPolicy,
  type VerdictKind,
} from "@intercom-events/core";
import type { Answer } from "./read-reply.ts";

/** How a page repeats failed attempts. */
export type PageRetryPolicy = Pick<RetryPolicy, "attempts" | "baseDelay" | "maxDelay" | "maxAge">;

/** Now, and what the next step may depend on besides. */
export interface Moment {
  /** Milliseconds since the epoch. */
  readonly now: number;
  /** At least 0 and less than 1. */
  readonly random: number;
  /** When the relay asks to be asked again, in milliseconds since the epoch. */
  readonly askedFor?: number | undefined;
  /** Whether the browser says that it has no network. */
  readonly isOffline?: boolean;
}

/** What follows an attempt: the event has ended, or it is sent again as its record says. */
export type Step =
  | { readonly outcome: Outcome; readonly record?: never }
  | { readonly record: OutboxRecord; readonly outcome?: never };

/** Milliseconds after which an event is sent again that left with a request nobody hears of. */
export const UNHEARD_DELAY = 30_000;

/** What a verdict costs: the event itself, one of its attempts, or nothing. */
const COSTS: Readonly<Record<Exclude<VerdictKind, "accepted">, "event" | "attempt" | "nothing">> = {
  // The relay has held it as long as it wants to.
  contact_not_found: "event",
  invalid_request: "event",
  // The caller, not the event: who is unknown now is not asked to be known later, and others go on.
  unauthorized: "event",
  forbidden: "event",
  rate_limited: "nothing",
  server_error: "attempt",
  unreachable: "attempt",
  timeout: "attempt",
};

/** Decides what follows an attempt. Pure and total. */
export function nextStep(
  record: OutboxRecord,
  answer: Answer,
  policy: PageRetryPolicy,
  moment: Moment,
): Step {
  const { now, random, askedFor = 0, isOffline } = moment;
  const attempts = record.attempts + 1;
  if ("verdict" in answer) {
    const { verdict } = answer;
    const cost = isOffline ? "nothing" : COSTS[verdict.kind];
    const failures = record.failures + (cost === "attempt" ? 1 : 0);
    if (cost === "event" || failures >= policy.attempts) {
      return { outcome: { status: "rejected", verdict, attempts } };
    }
    const dueAt = Math.max(askedFor, now + backoff(record.failures, policy, random));
    if (dueAt >= record.trackedAt + policy.maxAge)
      return { outcome: { status: "dropped", reason: "expired" } };
    return { record: { ...record, attempts, failures, dueAt } };
  }
  switch (answer.status) {
    case "accepted":
      return { outcome: { status: "accepted", attempts } };
    case "duplicate":
      return { outcome: { status: "duplicate" } };
    case "too_large":
      return { record };
    case "unheard":
      return { record: { ...record, attempts, dueAt: now + UNHEARD_DELAY } };
    default:
      return answer satisfies never;
  }
}
