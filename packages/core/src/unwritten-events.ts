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
  /**
   * Tells that the outbox has handed out an event.
   *
   * @returns whether it is one of these, so that the outbox has not said yet that it keeps it
   */
  handOut(id: string): boolean;
}

/** No events yet. */
export function createUnwrittenEvents(): UnwrittenEvents {
  const events = new Set<PendingEvent>();
  /** Their ids, once the outbox has handed out what may be one of them: as a rule it never does. */
  let ids: Set<string> | undefined;
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

  /** Takes one out, and returns whether it was handed out. */
  function remove(event: PendingEvent): boolean {
    events.delete(event);
    const id = event.id as string;
    ids?.delete(id);
    if (events.size === 0) ids = undefined;
    return handedOut.size > 0 && handedOut.delete(id);
  }

  return {
    add(event) {
      events.add(event);
      ids?.add(event.id as string);
    },
    has: (event) => events.has(event),
    takeOldest() {
      let skip = beingWritten;
      for (const event of events) {
        skip -= 1;
        if (skip >= 0) continue;
        remove(event);
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
      beingWritten -= 1;
      return remove(event);
    },
    handOut(id) {
      ids ??= new Set(Array.from(events, (event) => event.id as string));
      const isUnwritten = ids.has(id);
      if (isUnwritten) handedOut.add(id);
      return isUnwritten;
    },
  };
}
