import type { Verdict, VerdictKind } from "./verdict.ts";

/** How failed attempts are repeated. */
export interface RetryOptions {
  /**
   * Attempts that may fail (5xx, no reply, no reply in time) before the event ends as `rejected`. With the
   * default waits, 100 of them outlast an outage of some 45 minutes.
   * @default 100
   */
  readonly attempts?: number | undefined;
  /** Milliseconds that the first wait is drawn from; each further one from twice as much. @default 1000 */
  readonly baseDelay?: number | undefined;
  /** Milliseconds no wait between attempts exceeds, unless the server asks for more. @default 60000 */
  readonly maxDelay?: number | undefined;
  /** Milliseconds an event is held whose contact does not exist yet, before it ends as `rejected`. @default 300000 */
  readonly holdContact?: number | undefined;
  /**
   * Milliseconds after `track` when an event that still fails is dropped as `expired`. For events that an earlier
   * process has left they count from the start of the client, and while the token is refused from when it first was.
   * Waiting for the allowance is no failure.
   * @default 86400000
   */
  readonly maxAge?: number | undefined;
}

/** {@link RetryOptions} with each default in its place. */
export type RetryPolicy = { readonly [Name in keyof RetryOptions]-?: number };

/** What is known of an event when an attempt has ended. */
export interface AttemptHistory {
  /** When it was tracked, in milliseconds since the epoch. */
  readonly trackedAt: number;
  /** Attempts that failed, this one not included. */
  readonly failures: number;
  /** When its contact was first missing, in milliseconds since the epoch. */
  readonly missingSince?: number | undefined;
}

/** Now, and what the next step may depend on besides. */
export interface Moment {
  /** Milliseconds since the epoch. */
  readonly now: number;
  /** When the client started, in milliseconds since the epoch. */
  readonly startedAt: number;
  /** At least 0 and less than 1. */
  readonly random: number;
  /** When the server asks to be asked again, in milliseconds since the epoch. */
  readonly askedFor?: number | undefined;
}

/** What to do with an event after an attempt. */
export type NextStep =
  /** It has ended: accepted, or rejected with the verdict. */
  | { readonly step: "end" }
  /** Its age has run out. */
  | { readonly step: "expire" }
  /** Send it again, not before `dueAt`. */
  | { readonly step: "retry"; readonly dueAt: number }
  /** Send nothing until the token is another one or the program resumes. */
  | { readonly step: "pause" };

/** Which budget an attempt's verdict draws on. */
type Budget = "none" | "failures" | "limit" | "contact" | "token";

const BUDGETS = {
  accepted: "none",
  invalid_request: "none", // It would be wrong again.
  server_error: "failures",
  unreachable: "failures",
  timeout: "failures",
  rate_limited: "limit", // Waiting for the allowance is no failure.
  contact_not_found: "contact", // The contact may be seconds old.
  unauthorized: "token",
  forbidden: "token",
} as const satisfies Readonly<Record<VerdictKind, Budget>>;

/** Decides what follows an attempt. Pure and total. */
export function nextStep(
  verdict: Verdict,
  history: AttemptHistory,
  policy: RetryPolicy,
  moment: Moment,
): NextStep {
  const { now, startedAt, random, askedFor = 0 } = moment;
  const budget: Budget = BUDGETS[verdict.kind];
  const held = Math.max(0, now - (history.missingSince ?? now));
  switch (budget) {
    case "none":
      return { step: "end" };
    case "token":
      return { step: "pause" };
    case "failures":
      if (history.failures + 1 >= policy.attempts) return { step: "end" };
      return retryAt(Math.max(askedFor, now + backoff(history.failures, policy, random)));
    case "contact":
      if (held >= policy.holdContact) return { step: "end" };
      return retryAt(Math.max(askedFor, now + waitForContact(held, policy, random)));
    case "limit":
      return { step: "retry", dueAt: Math.max(askedFor, now) };
    default:
      return budget satisfies never;
  }

  function retryAt(dueAt: number): NextStep {
    const expiresAt = Math.max(history.trackedAt, startedAt) + policy.maxAge;
    return dueAt >= expiresAt ? { step: "expire" } : { step: "retry", dueAt };
  }
}

/**
 * How long to wait before the next attempt, in milliseconds: anything up to twice the last bound
 * ("full jitter"), so that clients that failed together do not come back together. Never under a
 * tenth of the bound, so that an outage is not hammered. For packages that build on core.
 */
export function backoff(
  failures: number,
  { baseDelay, maxDelay }: Pick<RetryPolicy, "baseDelay" | "maxDelay">,
  random: number,
): number {
  return draw(Math.min(maxDelay, baseDelay * 2 ** Math.min(failures, 30)), random);
}

/**
 * How long to wait for a contact that has been missing for `held` milliseconds: twice as long each time, whatever else
 * the event has been through, and no longer than it is held.
 */
function waitForContact(held: number, policy: RetryPolicy, random: number): number {
  const wait = draw(Math.min(policy.maxDelay, policy.baseDelay + 2 * held), random);
  return Math.min(wait, policy.holdContact - held);
}

function draw(bound: number, random: number): number {
  return Math.round(Math.max(bound / 10, bound * random));
}
