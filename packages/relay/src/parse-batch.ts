import { encodeMetadata, type RelayEvent, type RelayRequest, type WireMetadata } from "@intercom-events/core";
import { type Refusal, refuse } from "./refusal.ts";

/** What a request hands over, its events not looked at yet. */
export interface Batch {
  readonly events: readonly unknown[];
  readonly identity: string | undefined;
  /** When the page sent it by its own clock, in Unix seconds. */
  readonly sentAt: number | undefined;
}

/** The bounds of `spec/relay.yaml`. */
const LONGEST_IDENTITY = 8192;
const LONGEST_NAME = 255;
const LATEST_TIME = 99_999_999_999;

const REQUEST_FIELDS: Readonly<Record<keyof RelayRequest, true>> = {
  events: true,
  identity: true,
  sent_at: true,
};
const EVENT_FIELDS: Readonly<Record<keyof RelayEvent, true>> = {
  event_name: true,
  created_at: true,
  clock_offset: true,
  metadata: true,
};

/** Reads the text of a body. */
export function parseBatch(text: string, maxEvents: number): Batch | Refusal {
  const body = parseJson(text);
  if (!isRecord(body) || !hasOnly(body, REQUEST_FIELDS)) return refuse("invalid_request");
  const { events, identity, sent_at } = body;
  if (!Array.isArray(events) || events.length === 0) return refuse("invalid_request");
  if (events.length > maxEvents) return refuse("too_large", `The body must have at most ${maxEvents} events`);
  if (identity !== undefined && !isIdentity(identity)) {
    return refuse("invalid_request", `"identity" must be a text of 1 to ${LONGEST_IDENTITY} characters`);
  }
  if (sent_at !== undefined && !isTime(sent_at)) {
    return refuse("invalid_request", '"sent_at" must be whole Unix seconds');
  }
  return { events, identity, sentAt: sent_at };
}

/** Reads one event, its metadata such as Intercom can show it; `undefined` for what is none. */
export function parseEvent(value: unknown): RelayEvent | undefined {
  if (!isRecord(value) || !hasOnly(value, EVENT_FIELDS)) return undefined;
  const { event_name, created_at, clock_offset, metadata } = value;
  if (typeof event_name !== "string" || event_name.trim() === "" || event_name.length > LONGEST_NAME)
    return undefined;
  if (!isTime(created_at)) return undefined;
  if (clock_offset !== undefined && !isOffset(clock_offset)) return undefined;
  const named = {
    event_name,
    created_at,
    ...(clock_offset !== undefined && { clock_offset }),
  };
  if (metadata === undefined) return named;
  const details = parseMetadata(metadata);
  return details && { ...named, metadata: details };
}

/** Wire metadata encodes as itself, so what the encoder refuses is none. */
function parseMetadata(value: unknown): WireMetadata | undefined {
  const encoded = encodeMetadata(value);
  return encoded.ok ? encoded.metadata : undefined;
}

function isIdentity(value: unknown): value is string {
  return typeof value === "string" && value !== "" && value.length <= LONGEST_IDENTITY;
}

/** Whether it is whole Unix seconds. */
function isTime(value: unknown): value is number {
  return isOffset(value) && value >= 0;
}

/** Whether it is whole seconds between two times. */
function isOffset(value: unknown): value is number {
  return Number.isInteger(value) && Math.abs(value as number) <= LATEST_TIME;
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
