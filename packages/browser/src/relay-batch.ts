import type { OutboxRecord } from "@intercom-events/core";

/** An event of a batch, whichever page tracked it. */
interface BatchEvent {
  readonly record: OutboxRecord;
}

/** Events in one request, at most (`spec/relay.yaml`). */
export const MAX_BATCH = 100;

/** Bytes of one request, at most, where its events have a choice. */
export const MAX_BYTES = 61_440;

/** The same after a failure: so much of them a slow network gets through before a relay gives up. */
export const TRIAL_BYTES = 8192;

/** What surrounds the events of a body, with room for what is said about it. */
const FRAME = 64;

/** Bytes of a text in UTF-8. */
export function sizeOf(text: string): number {
  return new TextEncoder().encode(text).length;
}

/**
 * Takes events from the front of a list, as many as fit into one request; none if the first does not.
 *
 * @param room bytes of the request
 */
export function cutBatch<E extends BatchEvent>(events: readonly E[], limit: number, room: number): E[] {
  let left = room - FRAME;
  return events.slice(0, limit).filter(({ record }) => {
    left -= sizeOf(record.body) + 1;
    return left >= 0; // After one that does not fit none does.
  });
}

/**
 * The body of a request: a `RelayRequest` that holds each event byte for byte.
 *
 * @param now milliseconds since the epoch by the clock that the events were stamped by
 */
export function encodeBatch(batch: readonly BatchEvent[], now: number, identity?: string): string {
  const frame = JSON.stringify({ identity, sent_at: Math.floor(now / 1000) });
  return `${frame.slice(0, -1)},"events":[${batch.map(({ record }) => record.body).join()}]}`;
}
