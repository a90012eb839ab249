import type { OutboxRecord } from "./outbox.ts";
import type { PendingEvent } from "./pending-event.ts";

/**
 * What an outbox is to keep of an event.
 *
 * @param dueAt when it may be sent, in milliseconds since the epoch; 0 for at once
 */
export function recordOf(
  { id, body, trackedAt, attempts, failures, missingSince }: PendingEvent,
  dueAt: number,
): OutboxRecord {
  const record = { id: id as string, body, trackedAt, attempts, failures, dueAt };
  return missingSince === undefined ? record : { ...record, missingSince };
}

/** The event again of which an outbox has kept that, under a number that it has or is given. */
export function eventOf(
  { id, body, trackedAt, attempts, failures, missingSince }: OutboxRecord,
  sequence: number,
  isOwn: boolean,
): PendingEvent {
  return {
    sequence,
    id,
    body,
    trackedAt,
    isOwn,
    receipt: undefined,
    key: undefined,
    attempts,
    failures,
    missingSince,
  };
}
