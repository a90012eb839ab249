import type { OutboxRecord } from "@intercom-events/core";

/** What goes to a relay. */
interface Parcel {
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
 * Takes parcels from the front of a list, as many as fit into one request; none if the first does not.
 *
 * @param room bytes of the request
 */
export function cutBatch<P extends Parcel>(parcels: readonly P[], limit: number, room: number): P[] {
  let left = room - FRAME;
  const end = parcels.findIndex(({ record }, index) => {
    left -= sizeOf(record.body) + 1;
    return index >= limit || left < 0;
  });
  return parcels.slice(0, end < 0 ? parcels.length : end);
}

/**
 * The body of a request: a `RelayRequest` that holds each event byte for byte.
 *
 * @param now milliseconds since the epoch by the clock that the events were stamped by
 */
export function encodeBatch(batch: readonly Parcel[], now: number, identity?: string): string {
  const signed = identity === undefined ? "" : `"identity":${JSON.stringify(identity)},`;
  return `{${signed}"sent_at":${Math.floor(now / 1000)},"events":[${batch.map(({ record }) => record.body).join()}]}`;
}
