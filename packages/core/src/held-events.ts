import type { PendingEvent } from "./pending-event.ts";
import type { QueuePolicy } from "./resolve-delivery.ts";

/** Events of an outbox that are in memory, and how many more there is room for; {@link createHeldEvents}. */
export interface HeldEvents {
  hold(event: PendingEvent): void;
  release(event: PendingEvent): void;
  /** Whether an event is held; not one that is delivered from memory, which the outbox may hand out all the same. */
  holds(event: PendingEvent): boolean;
  /** Those that are held, by their ids. */
  readonly byId: ReadonlyMap<string, PendingEvent>;
  /** Whether there is room for all those. */
  hasRoomFor(records: readonly Written[]): boolean;
  /** Whether there is room for one of that length. There always is, if it is the first. */
  hasRoomForOne(record: Written): boolean;
  /** Whether half of the room is taken, or would be with so many more events. */
  isHalfFull(more?: number): boolean;
  /** How many records there is room for, if they are as long as those of the last list. */
  room(): number;
  /** Learns from records how long they usually are. */
  learn(records: readonly Written[]): void;
}

type Written = Pick<PendingEvent, "body">;

/** Events of an outbox that are in memory at the same time at most; the others wait in the outbox alone. */
const MAX_WINDOW = 2000;

/**
 * No events yet.
 *
 * @param bounds what memory has room for, half of it for events that are being written
 * @param delivering how many events are being delivered, whether the outbox holds them or not
 */
export function createHeldEvents(
  bounds: Pick<QueuePolicy, "maxEvents" | "maxBytes">,
  delivering: () => number,
): HeldEvents {
  const window = Math.min(Math.ceil(bounds.maxEvents / 2), MAX_WINDOW);
  const maxBytes = bounds.maxBytes / 2;
  const byId = new Map<string, PendingEvent>();
  /** Characters of their bodies. */
  let bytes = 0;
  /** Characters of a record; 0 until any was seen. */
  let usualBytes = 0;
  return {
    hold(event) {
      byId.set(event.id as string, event);
      bytes += event.body.length;
    },
    release({ id, body }) {
      byId.delete(id as string);
      bytes -= body.length;
    },
    holds: (event) => byId.get(event.id as string) === event,
    byId,
    hasRoomFor: (records) => delivering() + records.length <= window && bytes + bytesOf(records) <= maxBytes,
    hasRoomForOne: ({ body }) => bytes === 0 || bytes + body.length <= maxBytes,
    isHalfFull: (more = 0) => delivering() + more > window / 2 || bytes > maxBytes / 2,
    room() {
      const events = window - delivering();
      return usualBytes === 0 ? events : Math.min(events, Math.ceil((maxBytes - bytes) / usualBytes));
    },
    learn(records) {
      if (records.length > 0) usualBytes = bytesOf(records) / records.length;
    },
  };
}

function bytesOf(records: readonly Written[]): number {
  return records.reduce((sum, { body }) => sum + body.length, 0);
}
