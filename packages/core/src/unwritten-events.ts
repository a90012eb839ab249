import type { PendingEvent } from "./pending-event.ts";

/** Events on their way into an outbox, in the order of tracking; {@link createUnwrittenEvents}. */
export interface UnwrittenEvents {
  add(event: PendingEvent): void;
  /** Whether an event has not been written, and not been taken out. */
  has(event: PendingEvent): boolean;
  /** Takes out the first that is not being written. */
  takeOldest(): PendingEvent | undefined;
  size(): number;
  /** The first, so many at most. */
  first(limit: number): PendingEvent[];
  /** Tells that the first so many are being written. */
  begin(count: number): void;
  /**
   * Takes out one that was being written. One by one, as whoever is told of an event may track more, for which no
   * other that is being written is to be taken out.
   *
   * @returns whether the outbox has handed it out meanwhile
   */
  end(event: PendingEvent): boolean;
  /** Ids of those that are being written. */
  idsBeingWritten(): Set<string>;
  /** Tells that the outbox has handed out one of them, before it said that it keeps it. */
  handOut(id: string): void;
}

/** No events yet. */
export function createUnwrittenEvents(): UnwrittenEvents {
  const events = new Set<PendingEvent>();
  /** The first of them that are being written just now. */
  let beingWritten = 0;
  /** Ids of those that the outbox has handed out. */
  const handedOut = new Set<string>();

  function first(limit: number): PendingEvent[] {
    const found: PendingEvent[] = [];
    for (const event of events) {
      if (found.length === limit) break;
      found.push(event);
    }
    return found;
  }

  return {
    add: (event) => void events.add(event),
    has: (event) => events.has(event),
    takeOldest() {
      let skip = beingWritten;
      for (const event of events) {
        skip -= 1;
        if (skip >= 0) continue;
        events.delete(event);
        return event;
      }
      return undefined;
    },
    size: () => events.size,
    first,
    begin(count) {
      beingWritten = count;
    },
    end(event) {
      events.delete(event);
      beingWritten -= 1;
      return handedOut.delete(event.id as string);
    },
    idsBeingWritten: () => new Set(first(beingWritten).map(({ id }) => id as string)),
    handOut: (id) => void handedOut.add(id),
  };
}
