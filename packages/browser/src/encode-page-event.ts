import { type EncodeOptions, encodeMetadata, type Failure, type Issue } from "@intercom-events/core";
import type { EncodedPageEvent } from "./route.ts";

/** An event ready to send with its warnings, or all its problems. */
export type PageEvent =
  | { readonly ok: true; readonly event: EncodedPageEvent; readonly warnings: readonly Issue[] }
  | Failure;

/**
 * Encodes an event that names no contact, since the Messenger knows it. It collects all problems and
 * never throws.
 */
export function encodePageEvent(eventName: unknown, metadata: unknown, options: EncodeOptions): PageEvent {
  const details = metadata === undefined ? undefined : encodeMetadata(metadata, options);
  const issue = checkEventName(eventName);
  if (issue) return { ok: false, issues: [issue, ...(details?.ok === false ? details.issues : [])] };
  if (details?.ok === false) return details;
  // Without an issue it is a string.
  const name = eventName as string;
  return {
    ok: true,
    event: { eventName: name, ...(details && { metadata: details.metadata }) },
    warnings: [...warnOfFolding(name), ...(details?.warnings ?? [])],
  };
}

/** As core's encoder counts them in keys and texts; here the name counts for itself. */
const MAX_CHARACTERS = 65_536;

/** Finds the same problems as core's encoder for a whole event. */
function checkEventName(value: unknown): Issue | undefined {
  const path = "eventName";
  if (value === undefined) {
    return { path, code: "missing", message: 'eventName must say what happened, such as "placed-order"' };
  }
  if (typeof value !== "string") {
    return { path, code: "not_a_string", message: `eventName must be a string, got ${typeof value}` };
  }
  if (value.length > MAX_CHARACTERS) {
    return { path, code: "too_large", message: `eventName must have at most ${MAX_CHARACTERS} characters` };
  }
  return value.trim() ? undefined : { path, code: "empty", message: "eventName must not be empty" };
}

/** Intercom folds names on its side, so two names here can be one there. */
function warnOfFolding(name: string): Issue[] {
  const folded = name.toLowerCase().replace(/[.$]/g, "-");
  if (folded === name || name.length > 255) return [];
  const message = `eventName ${JSON.stringify(name)} is stored by Intercom as ${JSON.stringify(folded)}`;
  return [{ path: "eventName", code: "event_name_folded", message }];
}
