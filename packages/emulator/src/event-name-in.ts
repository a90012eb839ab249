import { parseJson } from "./plain-message.ts";

/** The name of the event that a request's body is, if it is one. */
export function eventNameIn(body: string): string | undefined {
  const event = parseJson(body);
  if (typeof event !== "object" || event === null || !("event_name" in event)) return undefined;
  return typeof event.event_name === "string" ? event.event_name : undefined;
}
