import type { OutboxRecord } from "@intercom-events/core";

/** Events in one request, at most (`spec/relay.yaml`). */
export const MAX_BATCH = 100;

/** Bytes of one request, at most, where its events have a choice. */
export const MAX_BYTES = 61_440;

/** What surrounds the events of a body, with room for what is said about it. */
const FRAME = 64;

/** Bytes of a text in UTF-8. */
export function sizeOf(text: string): number {
  return new TextEncoder().encode(text).length;
}

/**
 * Takes records from the front of a list, as many as fit into one request; none if the first does not.
 *
 * @param room bytes of the request
 */
export function cutBatch(
  records: readonly OutboxRecord[],
  limit: number = MAX_BATCH,
  room: number = MAX_BYTES,
): OutboxRecord[] {
  const batch: OutboxRecord[] = [];
  let left = room - FRAME;
  for (const record of records) {
    left -= sizeOf(record.body) + 1;
    if (batch.length >= limit || left < 0) break;
    batch.push(record);
  }
  return batch;
}

/** The body of a request: a `RelayRequest` that holds each event byte for byte. */
export function encodeBatch(batch: readonly OutboxRecord[], identity?: string): string {
  const signed = identity === undefined ? "" : `"identity":${JSON.stringify(identity)},`;
  return `{${signed}"events":[${batch.map(({ body }) => body).join()}]}`;
}
