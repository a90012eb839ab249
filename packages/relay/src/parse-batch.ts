import { encodeMetadata, type RelayEvent, type RelayRequest, type WireMetadata } from "@intercom-events/core";
import { type Refusal, refuse } from "./refusal.ts";

/** What a request hands over, its events not looked at yet. */
export interface Batch {
  readonly events: readonly unknown[];
  readonly identity?: string;
}

/** The bounds of `spec/relay.yaml`. */
const LONGEST_IDENTITY = 8192;
const LONGEST_NAME = 255;
const LATEST_TIME = 99_999_999_999;

const REQUEST_FIELDS: Readonly<Record<keyof RelayRequest, true>> = { events: true, identity: true };
const EVENT_FIELDS: Readonly<Record<keyof RelayEvent, true>> = {
  event_name: true,
  created_at: true,
  metadata: true,
};

/** Reads the text of a body. */
export function parseBatch(text: string, maxEvents: number): Batch | Refusal {
  const body = parseJson(text);
  if (!isRecord(body) || !hasOnly(body, REQUEST_FIELDS)) return refuse("invalid_request");
  const { events, identity } = body;
  if (!Array.isArray(events) || events.length === 0) return refuse("invalid_request");
  if (events.length > maxEvents) return refuse("too_large", `The body must have at most ${maxEvents} events`);
  if (identity === undefined) return { events };
  if (typeof identity !== "string" || identity === "" || identity.length > LONGEST_IDENTITY) {
    return refuse("invalid_request", `"identity" must be a text of 1 to ${LONGEST_IDENTITY} characters`);
  }
  return { events, identity };
}

/** Reads one event, its metadata such as Intercom can show it; `undefined` for what is none. */
export function parseEvent(value: unknown): RelayEvent | undefined {
  if (!isRecord(value) || !hasOnly(value, EVENT_FIELDS)) return undefined;
  const { event_name, created_at, metadata } = value;
  if (typeof event_name !== "string" || event_name.trim() === "" || event_name.length > LONGEST_NAME)
    return undefined;
  if (!Number.isInteger(created_at)) return undefined;
  const seconds = created_at as number;
  if (seconds < 0 || seconds > LATEST_TIME) return undefined;
  const named = { event_name, created_at: seconds };
  if (metadata === undefined) return named;
  const details = parseMetadata(metadata);
  return details && { ...named, metadata: details };
}

/** Wire metadata encodes as itself, so what the encoder refuses is none. */
function parseMetadata(value: unknown): WireMetadata | undefined {
  const encoded = encodeMetadata(value);
  return encoded.ok ? encoded.metadata : undefined;
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

function isRecord(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

/** Whether there is no field but these. The fields of JSON are its own, `__proto__` included. */
function hasOnly(value: object, fields: Readonly<Record<string, true>>): boolean {
  return Object.keys(value).every((name) => Object.hasOwn(fields, name));
}
