import { backoff, type OutboxRecord, type Outcome } from "@intercom-events/core";
import type { Answer } from "./read-reply.ts";
import type { PageRetryOptions } from "./relay.ts";
import { dropped } from "./route.ts";

/** Now, and what the next step may depend on besides. */
export interface Moment {
  /** Milliseconds since the epoch. */
  readonly now: number;
  /** When the page began to send, in milliseconds since the epoch: what was left for it has its age from there. */
  readonly startedAt: number;
  /** At least 0 and less than 1. */
  readonly random: number;
  /** When the relay asks to be asked again, in milliseconds since the epoch. */
  readonly askedFor?: number | undefined;
  /** Whether a failure counts as none: there was no network, or the page went and could not wait for its turn. */
  readonly isExcused?: boolean;
  /** Whether the identity may have been an old one, as there was no time to wait for another. */
  readonly isOldIdentity?: boolean;
}

/** What follows an attempt: the event has ended, or it is sent again as its record says. */
export interface Step {
  readonly record: OutboxRecord;
  readonly outcome?: Outcome;
}

/** Milliseconds that a relay may ask for by `Retry-After`; more is nonsense. */
export const MAX_RETRY_AFTER = 3_600_000;

/** Milliseconds after which the next page sends an event that has left with the last request of its own. */
export const IN_FLIGHT_DELAY = 30_000;

/**
 * Verdicts that may change; the first is no failure. With any other the event ends: the relay has held it as long as
 * it wants to, or it is about the caller, and who is unknown now is not asked to be known later.
 */
const PASSING: readonly string[] = ["rate_limited", "server_error", "unreachable", "timeout"];

/** Milliseconds to wait after so many failures and one more. */
export function waitAfter(
  failures: number,
  { baseDelay = 1000, maxDelay = 60_000 }: PageRetryOptions,
  random: number,
): number {
  return backoff(failures, { baseDelay, maxDelay }, random);
}

/** Decides what follows an attempt. Pure and total. */
export function nextStep(
  record: OutboxRecord,
  answer: Answer,
  retry: PageRetryOptions,
  { now, startedAt, random, askedFor = 0, isExcused, isOldIdentity }: Moment,
): Step {
  const { attempts: maxAttempts = 100, maxAge = 86_400_000 } = retry;
  const attempts = record.attempts + 1;
  if ("verdict" in answer) {
    const { verdict } = answer;
    const { kind } = verdict;
    const place = isOldIdentity && kind === "unauthorized" ? 0 : PASSING.indexOf(kind);
    const failures = record.failures + Number(place > 0 && !isExcused);
    if (place < 0 || failures >= maxAttempts) {
      return { record, outcome: { status: "rejected", verdict, attempts } };
    }
    const dueAt = Math.max(askedFor, now + waitAfter(record.failures, retry, random));
    if (failures > record.failures && dueAt >= Math.max(record.trackedAt, startedAt) + maxAge)
      return { record, outcome: dropped("expired") };
    return { record: { ...record, attempts, failures, dueAt } };
  }
  const { status } = answer;
  if (status === "too_large") return { record };
  return { record, outcome: status === "accepted" ? { status, attempts } : { status } };
}
