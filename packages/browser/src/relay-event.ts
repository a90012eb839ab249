import type { RelayEvent } from "@intercom-events/core";
import type { EncodedPageEvent } from "./route.ts";

/** The fields of a `RelayEvent`; JSON leaves out those that are `undefined`. */
type Fields = { readonly [Name in keyof Required<RelayEvent>]: RelayEvent[Name] | undefined };

/**
 * One `RelayEvent`, which is sent in these very bytes each time.
 *
 * @param offset milliseconds by which its time has been corrected
 */
export function encodeRelayEvent(
  { eventName, metadata }: EncodedPageEvent,
  second: number,
  offset: number,
): string {
  const fields: Fields = {
    event_name: eventName,
    created_at: second,
    metadata,
    clock_offset: Math.round(offset / 1000) || undefined,
  };
  return JSON.stringify(fields);
}

/** The event of a body that was encoded in another page. */
export function decodeRelayEvent(body: string): EncodedPageEvent {
  const { event_name: eventName, metadata } = JSON.parse(body) as RelayEvent;
  return { eventName, ...(metadata && { metadata }) };
}
