import type { Clock, RelayResult, WireMetadata } from "@intercom-events/core";
import type { AllowedEvent, EventPolicy } from "./allowed-events.ts";
import { correctionOf } from "./clock-skew.ts";
import { parseEvent } from "./parse-batch.ts";
import { withTimeout } from "./with-timeout.ts";

/** What an event is checked against. */
export interface EventBounds {
  readonly events: EventPolicy;
  readonly maxMetadataKeys: number;
  /** Milliseconds into the past and the future. */
  readonly maxAge: number;
  readonly maxAhead: number;
  /** Milliseconds for a schema to answer. */
  readonly schemaTimeout: number;
  readonly clock: Clock;
}

/** An event that may be handed on, without its contact. */
export interface CheckedEvent {
  readonly eventName: string;
  /** In Unix seconds. */
  readonly createdAt: number;
  /** What was given, or what the schema made of it, which is checked once more where it is tracked. */
  readonly metadata?: unknown;
}

/** Why an event is not handed on. */
type Rejection = NonNullable<RelayResult["code"]>;

/**
 * Checks one event of a batch, whatever it is.
 *
 * @param skew seconds that the clock of its page is behind
 * @throws what the schema throws, or that it took too long
 */
export async function checkEvent(
  value: unknown,
  skew: number,
  bounds: EventBounds,
): Promise<CheckedEvent | RelayResult> {
  const event = parseEvent(value);
  if (!event) return rejected("invalid_event");
  const { event_name, created_at, clock_offset = 0, metadata } = event;
  const allowed = bounds.events(event_name);
  if (!allowed) return rejected("name_not_allowed");
  const corrected = created_at + correctionOf(skew - clock_offset, bounds.maxAhead);
  // What would lie in the future was tracked before the clock of its page was put back.
  const createdAt = isTooEarly(corrected, bounds) ? created_at : corrected;
  if (isTooEarly(createdAt, bounds) || isTooOld(createdAt, bounds)) return rejected("time_not_allowed");
  if (Object.keys(metadata ?? {}).length > bounds.maxMetadataKeys) return rejected("metadata_not_allowed");
  return withMetadata({ eventName: allowed.eventName, createdAt }, allowed, metadata, bounds);
}

async function withMetadata(
  event: CheckedEvent,
  { schema }: AllowedEvent,
  metadata: WireMetadata | undefined,
  { schemaTimeout, clock }: EventBounds,
): Promise<CheckedEvent | RelayResult> {
  if (!schema) return metadata ? { ...event, metadata } : event;
  // Whoever copies this key by assignment changes a prototype, and no site declares it.
  if (metadata && Object.hasOwn(metadata, "__proto__")) return rejected("metadata_not_allowed");
  const bound = { name: `The schema of "${event.eventName}"`, milliseconds: schemaTimeout, clock };
  const { issues, value } = await withTimeout(() => schema["~standard"].validate(metadata ?? {}), bound);
  if (issues) return rejected("metadata_not_allowed");
  if (metadata && value === undefined) throw new TypeError(`${bound.name} must answer metadata, got nothing`);
  const isNothing = metadata === undefined && Object.keys(Object(value)).length === 0;
  return isNothing ? event : { ...event, metadata: value };
}

/** @param time in Unix seconds */
function isTooEarly(time: number, { clock, maxAhead }: EventBounds): boolean {
  return time * 1000 - clock.now() > maxAhead;
}

/** @param time in Unix seconds */
function isTooOld(time: number, { clock, maxAge }: EventBounds): boolean {
  return clock.now() - time * 1000 > maxAge;
}

function rejected(code: Rejection): RelayResult {
  return { status: "rejected", code };
}
