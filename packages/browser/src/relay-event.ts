import type { RelayEvent } from "@intercom-events/core";
import type { EncodedPageEvent } from "./route.ts";

/** One `RelayEvent`, which is sent in these very bytes each time. */
export function encodeRelayEvent({ eventName, metadata }: EncodedPageEvent, second: number): string {
  const encoded: RelayEvent = { event_name: eventName, created_at: second, ...(metadata && { metadata }) };
  return JSON.stringify(encoded);
}

/** The event of a body that was encoded in another page. */
export function decodeRelayEvent(body: string): EncodedPageEvent {
  const { event_name: eventName, metadata } = JSON.parse(body) as RelayEvent;
  return { eventName, ...(metadata && { metadata }) };
}
