import { functionOption, integerOption, nestedOptions, wrongOption } from "./check-option.ts";
import { describe } from "./describe.ts";
import type { Outbox } from "./outbox.ts";
import type { RetryOptions, RetryPolicy } from "./retry-policy.ts";

/** What is done with an event that finds the queue full. */
export type FullPolicy =
  /** It is dropped as `queue_full`. */
  | "drop_newest"
  /** It is taken, and the event that has waited longest is dropped as `queue_full`. */
  | "drop_oldest"
  /** It waits for room outside the queue: `receipt.stored` says when there is. As many may wait as the queue holds. */
  | "wait";

/** Bounds of the events that wait in memory. */
export interface QueueOptions {
  /** Events that wait or are being sent. @default 100000 */
  readonly maxEvents?: number | undefined;
  /** Characters of their bodies: a byte each in memory, or two in a body with one beyond Latin-1. @default 67108864 */
  readonly maxBytes?: number | undefined;
  /** What happens to a further event. @default "drop_newest" */
  readonly policy?: FullPolicy | undefined;
}

/** {@link QueueOptions} with each default in its place. */
export type QueuePolicy = { readonly [Name in keyof QueueOptions]-?: NonNullable<QueueOptions[Name]> };

/** How events are kept and delivered. */
export interface DeliveryChoices {
  /** Bounds of what waits in memory. */
  readonly queue?: QueueOptions | undefined;
  /** How failed attempts are repeated. */
  readonly retry?: RetryOptions | undefined;
  /**
   * The part of the token's allowance to use, more than 0 and at most 1; the rest is left to other
   * programs that use the token. The `share` of the first client of a process goes for all that have
   * its token. However small, it is one call in each window at least. @default 1
   */
  readonly share?: number | undefined;
  /**
   * Where events are kept until they have an outcome. It is the client's own, and is closed with it.
   * @default memory alone
   */
  readonly outbox?: Outbox | undefined;
  /**
   * What to do with events the outbox cannot keep: drop them as `not_stored`, or hold them in memory
   * like those of a client without an outbox; then `receipt.stored` is `false` and the outcome follows.
   * @default "drop"
   */
  readonly outboxFallback?: "drop" | "memory" | undefined;
  /**
   * Called within `track` for each event that is taken, with a promise that resolves to `undefined` once the event has
   * ended. It is for platforms that stop a program unless they know of its work: give it the `waitUntil` of Workers and
   * other edge functions. An event of a missing contact ends after `retry.holdContact`, five minutes by default.
   */
  readonly waitUntil?: ((work: Promise<unknown>) => void) | undefined;
}

/** {@link DeliveryChoices} checked, with each default in its place. */
export interface DeliveryPolicy {
  readonly queue: QueuePolicy;
  readonly retry: RetryPolicy;
  readonly share: number;
  readonly outbox: Outbox | undefined;
  readonly fallsBack: boolean;
  readonly waitUntil: ((work: Promise<unknown>) => void) | undefined;
}

/** Names of {@link DeliveryChoices}. */
export const DELIVERY_NAMES = ["queue", "retry", "share", "outbox", "outboxFallback", "waitUntil"] as const;

const FULL_POLICIES = ["drop_newest", "drop_oldest", "wait"];
const OUTBOX_VERBS = [
  "append",
  "lease",
  "renew",
  "update",
  "settle",
  "counts",
  "deadLetters",
  "close",
] as const;

/**
 * Checks the options of delivery and fills in defaults.
 *
 * @throws {TypeError} for the first option that is wrong, naming it and what was expected
 */
export function resolveDelivery(choices: DeliveryChoices): DeliveryPolicy {
  const { queue = {}, retry = {}, share = 1, outbox, outboxFallback = "drop", waitUntil } = choices;
  if (typeof share !== "number" || !(share > 0 && share <= 1)) {
    throw wrongOption("share", "a number above 0 and at most 1", describe(share));
  }
  if (outboxFallback !== "drop" && outboxFallback !== "memory") {
    throw wrongOption("outboxFallback", '"drop" or "memory"', describe(outboxFallback));
  }
  return {
    queue: resolveQueue(queue),
    retry: resolveRetry(retry),
    share,
    outbox: outbox === undefined ? undefined : checkOutbox(outbox),
    fallsBack: outboxFallback === "memory",
    waitUntil: waitUntil === undefined ? undefined : functionOption("waitUntil", waitUntil),
  };
}

function resolveQueue(options: QueueOptions): QueuePolicy {
  const { maxEvents, maxBytes, policy } = nestedOptions("queue", options, [
    "maxEvents",
    "maxBytes",
    "policy",
  ]);
  if (policy !== undefined && !FULL_POLICIES.includes(policy)) {
    throw wrongOption("queue.policy", '"drop_newest", "drop_oldest" or "wait"', describe(policy));
  }
  return {
    maxEvents: integerOption("queue.maxEvents", maxEvents ?? 100_000),
    maxBytes: integerOption("queue.maxBytes", maxBytes ?? 64 * 1024 * 1024),
    policy: policy ?? "drop_newest",
  };
}

function resolveRetry(options: RetryOptions): RetryPolicy {
  const names = ["attempts", "baseDelay", "maxDelay", "holdContact", "maxAge"];
  const { attempts, baseDelay, maxDelay, holdContact, maxAge } = nestedOptions("retry", options, names);
  return {
    attempts: integerOption("retry.attempts", attempts ?? 100),
    baseDelay: integerOption("retry.baseDelay", baseDelay ?? 1000),
    maxDelay: integerOption("retry.maxDelay", maxDelay ?? 60_000),
    holdContact: integerOption("retry.holdContact", holdContact ?? 300_000, 0),
    maxAge: integerOption("retry.maxAge", maxAge ?? 86_400_000),
  };
}

function checkOutbox(outbox: Outbox): Outbox {
  const found: Partial<Outbox> = Object(outbox);
  if (OUTBOX_VERBS.every((verb) => typeof found[verb] === "function")) return outbox;
  throw wrongOption("outbox", "an outbox such as sqliteOutbox or denoKvOutbox makes", describe(outbox));
}
