import type { EncodedPageEvent } from "./route.ts";

/** The event of a body that was encoded here or in another page. */
export function decodeBody(body: string): EncodedPageEvent {
  const { event_name, metadata } = JSON.parse(body);
  return { eventName: event_name, ...(metadata && { metadata }) };
}
