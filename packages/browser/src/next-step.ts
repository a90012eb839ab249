import {
  backoff,
  type OutboxRecord,
  type Outcome,
  type RetryPolicy,
  type VerdictKind,
} from "@intercom-events/core";
import type { Answer } from "./read-reply.ts";
import { dropped } from "./route.ts";

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

/** More than any number of attempts; bundlers keep `Number.POSITIVE_INFINITY`, even if nobody needs it. */
const ALL = 1e300;

/** How many of the attempts that may fail a verdict costs: all, and with them the event, one or none. */
const COSTS: Readonly<Record<Exclude<VerdictKind, "accepted">, number>> = {
  // The relay has held it as long as it wants to.
  contact_not_found: ALL,
  invalid_request: ALL,
  // The caller, not the event: who is unknown now is not asked to be known later, and others go on.
  unauthorized: ALL,
  forbidden: ALL,
  rate_limited: 0,
  server_error: 1,
  unreachable: 1,
  timeout: 1,
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
    const failures = record.failures + (isOffline ? 0 : COSTS[verdict.kind]);
    if (failures >= policy.attempts) {
      return { outcome: { status: "rejected", verdict, attempts } };
    }
    const dueAt = Math.max(askedFor, now + backoff(record.failures, policy, random));
    if (dueAt >= record.trackedAt + policy.maxAge) return { outcome: dropped("expired") };
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
