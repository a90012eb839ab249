import { describe } from "./describe.ts";

/** Bounds that every outbox takes. */
export interface OutboxOptions {
  /** Events without an outcome at most; a batch that does not fit is refused whole. @default 1000000, in memory 100000 */
  readonly maxEvents?: number | undefined;
  /**
   * Dead letters at most; the oldest are forgotten first. Where processes share a store, an event that another one
   * has rejected, and whose letter is forgotten before this one looks, is taken for accepted.
   *
   * @default 10000, in memory 1000
   */
  readonly maxDeadLetters?: number | undefined;
  /** Milliseconds a dead letter is kept; looked at whenever events end. @default 2592000000 (30 days) */
  readonly deadLetterAge?: number | undefined;
}

/** Bounds checked, with each default in its place. */
export interface OutboxPolicy {
  /** Events kept at most. */
  readonly maxEvents: number;
  /** Dead letters kept at most. */
  readonly maxDeadLetters: number;
  /** Milliseconds a dead letter is kept. */
  readonly deadLetterAge: number;
}

const DURABLE: OutboxPolicy = {
  maxEvents: 1_000_000,
  maxDeadLetters: 10_000,
  deadLetterAge: 2_592_000_000, // 30 days
};

/**
 * Checks the bounds of an outbox and fills in defaults.
 *
 * @param others names of the options that the kind of outbox has besides
 * @throws {TypeError} for the first option that is wrong, naming it and what was expected
 */
export function resolveOutboxOptions(
  options: OutboxOptions,
  others: readonly string[],
  defaults: Partial<OutboxPolicy> = {},
): OutboxPolicy {
  if (typeof options !== "object" || options === null) {
    throw new TypeError(`Cannot open outbox: the options must be an object, got ${describe(options)}`);
  }
  const policy = { ...DURABLE, ...defaults };
  const names = [...others, ...Object.keys(policy)];
  for (const name of Object.keys(options)) {
    if (!names.includes(name)) {
      throw new TypeError(`Cannot open outbox: "${name}" must be one of ${names.join(", ")}`);
    }
  }
  return {
    maxEvents: outboxInteger("maxEvents", options.maxEvents ?? policy.maxEvents, 1),
    maxDeadLetters: outboxInteger("maxDeadLetters", options.maxDeadLetters ?? policy.maxDeadLetters, 0),
    deadLetterAge: outboxInteger("deadLetterAge", options.deadLetterAge ?? policy.deadLetterAge, 1),
  };
}

/**
 * An option that must be a whole number.
 *
 * @throws {TypeError} where it is not, or is less than `least`
 */
export function outboxInteger(name: string, value: unknown, least: number): number {
  if (typeof value === "number" && Number.isSafeInteger(value) && value >= least) return value;
  throw wrongOutboxOption(
    name,
    least > 1
      ? `an integer of at least ${least}`
      : least === 1
        ? "a positive integer"
        : "0 or a positive integer",
    value,
  );
}

/** The error for an option that is wrong. */
export function wrongOutboxOption(name: string, expected: string, value: unknown): TypeError {
  return new TypeError(`Cannot open outbox: "${name}" must be ${expected}, got ${describe(value)}`);
}
