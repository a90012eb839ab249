import type { Outcome } from "./outcome.ts";

/** One event as an outbox keeps it. It holds no secret. */
export interface OutboxRecord {
  /** Unique: letters a to z, digits and `-`, 34 in all. Sorted as text, byte by byte, ids are in the order of tracking. */
  readonly id: string;
  /** The JSON sent with each attempt, byte for byte. */
  readonly body: string;
  /** When it was tracked, in milliseconds since the epoch. */
  readonly trackedAt: number;
  /** Attempts made. */
  readonly attempts: number;
  /** Attempts that failed: 5xx, no reply, no reply in time. */
  readonly failures: number;
  /** When Intercom first did not know the contact, in milliseconds since the epoch. Else it is absent, not `null`. */
  readonly missingSince?: number;
  /** Not to be sent before, in milliseconds since the epoch; 0 for at once. */
  readonly dueAt: number;
}

/** How a kept event ended. */
export interface Ending {
  /** Which one. */
  readonly id: string;
  /** How it ended. It may hold an error, whose text JSON leaves out: keep what `safeOutcome` makes of it. */
  readonly outcome: Outcome;
}

/** An event that ended without having been accepted, kept to be looked at. */
export interface DeadLetter {
  /** The event as it was last kept. */
  readonly record: OutboxRecord;
  /** How it ended. */
  readonly outcome: Outcome;
  /** When it ended, in milliseconds since the epoch. */
  readonly endedAt: number;
}

/** What an outbox holds. */
export interface OutboxCounts {
  /** Events without an outcome, leased or not. */
  readonly events: number;
  /** The sum of `body.length`. */
  readonly bytes: number;
  /** Events that ended without having been accepted. */
  readonly deadLetters: number;
}

/** What to lease. */
export interface LeaseRequest {
  /** Records at most. */
  readonly limit: number;
  /** Milliseconds since the epoch: records due later, or leased beyond it, are left alone. */
  readonly now: number;
  /** When the lease runs out, in milliseconds since the epoch. */
  readonly until: number;
}

/**
 * Keeps events until they have an outcome.
 *
 * Several processes may share one store. A record that is leased is left alone by the others until its lease runs out,
 * or until the store sees that its process has died. What another process has ended is noticed by reading `ids`, until
 * when it is pending; where an outbox lacks that verb, only once the store has no events left. What is gone from the
 * store and no dead letter counts as accepted, so a store must not lose what it has acknowledged.
 *
 * Every call either does all it says or rejects and changes nothing; where a store's transactions are too small for a
 * call, its outbox says what that means. Calls of one outbox take effect in the order they were made, and ids that are
 * unknown are passed over. A call that has no answer after a minute has failed, and so has a list of which nothing
 * more comes in that time. Once the client closes, all together have fifteen seconds, and those that are open already
 * eight of them. What a call does after it has failed is ignored. After `close` all calls reject with the code `closed`,
 * but for `close` itself.
 */
export interface Outbox {
  /**
   * Keeps new records, 250 at most, or 1,000 when the client closes. Resolves once they outlive the process. What it
   * rejects is not tried again: those events end as `not_stored`, or are sent from memory.
   *
   * @param leaseUntil when this outbox's lease on them runs out; without it they are free to be leased
   * @throws {OutboxError} code `full` when the store's bound is reached, `failed` when it cannot write or
   *   keeps one of the ids already
   */
  append(records: readonly OutboxRecord[], leaseUntil?: number): Promise<void>;
  /**
   * Leases the first records that are due, in the order of their ids, and that nobody has leased, this outbox included.
   * Fewer than `limit` says that there are no more for now.
   */
  lease(request: LeaseRequest): Promise<OutboxRecord[]>;
  /**
   * Prolongs leases, also one that has run out while nobody else took the record; ids this outbox has no
   * lease on are passed over.
   */
  renew(ids: readonly string[], until: number): Promise<void>;
  /**
   * Keeps the new counts and due times of records, but no new body or time of tracking; `leaseUntil` as in
   * `append`. Records that another outbox has leased since are passed over.
   */
  update(records: readonly OutboxRecord[], leaseUntil?: number): Promise<void>;
  /**
   * Ends records, whoever leases them: forgets those that are delivered (`isDelivered`), and keeps the others as dead
   * letters, in the order they are named. The oldest dead letters beyond the store's bounds are forgotten.
   */
  settle(endings: readonly Ending[], now: number): Promise<void>;
  /** How much it holds, without reading through it. */
  counts(): Promise<OutboxCounts>;
  /**
   * Ids of all events without an outcome, leased or not, in the order of text. What is kept all the while is
   * there; what is appended or ends meanwhile may be. The client reads it time and again, so that an outbox
   * with many events lets other work be done between two pages of them.
   */
  ids?(): AsyncIterable<string>;
  /**
   * Dead letters, the oldest first. Those that are added while they are read are left out, so that a program that
   * tracks each of them again comes to an end.
   */
  deadLetters(): AsyncIterable<DeadLetter>;
  /** Gives up its leases and closes the store. */
  close(): Promise<void>;
}

/** Why an outbox refuses. */
export type OutboxErrorCode =
  /** There is no more room: `maxEvents`, or as many bytes as the store may have. */
  | "full"
  /** This call failed; the next one may not. */
  | "failed"
  /** The store is damaged, or no database at all. */
  | "corrupted"
  /** A newer release has made the store. */
  | "newer_schema"
  /** The store may not be written. */
  | "read_only"
  /** The runtime lacks what the outbox is made of. */
  | "unsupported"
  /** The outbox was closed. */
  | "closed";

/** An outbox cannot do what it was asked; nothing was changed. */
export class OutboxError extends Error {
  /** Always `OutboxError`. */
  override readonly name: string = "OutboxError";
  /** Why, as a word that programs can compare. */
  readonly code: OutboxErrorCode;
  /** Says in words what was refused and why. */
  constructor(code: OutboxErrorCode, message: string, options?: { readonly cause?: unknown }) {
    super(message, options);
    this.code = code;
  }
}
