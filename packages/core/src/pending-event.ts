import type { Hash } from "./hash-table.ts";
import type { Receipt } from "./outcome.ts";

/** An event that has no outcome yet. */
export interface PendingEvent {
  /** In the order of tracking, without gaps; those taken over from an outbox are numbered with them. */
  readonly sequence: number;
  /** The JSON sent with each attempt, byte for byte. */
  readonly body: string;
  /** When it was tracked, in milliseconds since the epoch. */
  readonly trackedAt: number;
  /** What the caller of `track` holds; not of an event that was read from an outbox. */
  readonly receipt: Receipt | undefined;
  /** Whether this client has tracked it. */
  readonly isOwn: boolean;
  /** Its id in the outbox, if there is one. */
  readonly id: string | undefined;
  /** Contact, name and second as a hash, unless it was read from an outbox. */
  readonly key: Hash | undefined;
  /** Attempts made. */
  attempts: number;
  /** Attempts that failed: 5xx, no reply, no reply in time. */
  failures: number;
  /** When Intercom first did not know the contact, in milliseconds since the epoch. */
  missingSince: number | undefined;
}
