import type { PendingEvent } from "./pending-event.ts";
import type { QueuePolicy } from "./resolve-delivery.ts";

/** Lets events in as long as there is room; {@link createIntake}. */
export interface Intake {
  /** Takes an event, has it wait for room, or refuses it. */
  offer(event: PendingEvent): "taken" | "waiting" | "refused";
  /** Counts an event that comes from the outbox, room or not. */
  enter(event: PendingEvent): void;
  /** Tells that an event is no longer in memory, which leaves room. */
  leave(event: PendingEvent): void;
  /** Events that wait for room. */
  waiting(): number;
  /** Takes out one by one all events that wait for room, and tells `leave` of each. */
  stop(leave: (event: PendingEvent) => void): void;
}

/** What an intake is made of. */
export interface IntakeOptions {
  readonly bounds: QueuePolicy;
  /** Where events go. */
  readonly add: (event: PendingEvent) => void;
  /** Takes out the event that has waited longest and that nothing is being done with. */
  readonly takeOldest: () => PendingEvent | undefined;
  /** Told of an event that makes room for a newer one. */
  readonly drop: (event: PendingEvent) => void;
}

/** Keeps what is in memory within bounds. Sizes are characters of the bodies. */
export function createIntake({ bounds, add, takeOldest, drop }: IntakeOptions): Intake {
  const { maxEvents, maxBytes, policy } = bounds;
  const lobby = new Set<PendingEvent>();
  let lobbyBytes = 0;
  let events = 0;
  let bytes = 0;

  const fits = ({ body }: PendingEvent): boolean => events < maxEvents && bytes + body.length <= maxBytes;

  function enter(event: PendingEvent): void {
    events += 1;
    bytes += event.body.length;
  }

  function take(event: PendingEvent): void {
    enter(event);
    add(event);
  }

  function leave(event: PendingEvent): void {
    events -= 1;
    bytes -= event.body.length;
  }

  function leaveLobby(event: PendingEvent): void {
    lobby.delete(event);
    lobbyBytes -= event.body.length;
  }

  /** Takes an event and drops the oldest until there is room; returns whether the event itself stays. */
  function takeAndDrop(event: PendingEvent): boolean {
    take(event); // First, so that it is counted when those that are dropped are told of.
    while (events > maxEvents || bytes > maxBytes) {
      const oldest = takeOldest();
      if (!oldest) break;
      leave(oldest);
      if (oldest === event) return false; // All others are being sent.
      drop(oldest);
    }
    return true;
  }

  return {
    offer(event) {
      if (event.body.length > maxBytes) return "refused"; // There will never be room.
      if (lobby.size === 0 && fits(event)) {
        take(event);
        return "taken";
      }
      if (policy === "drop_oldest") return takeAndDrop(event) ? "taken" : "refused";
      if (policy !== "wait" || lobby.size >= maxEvents) return "refused";
      if (lobbyBytes + event.body.length > maxBytes) return "refused";
      lobby.add(event);
      lobbyBytes += event.body.length;
      return "waiting";
    },
    enter,
    leave(event) {
      leave(event);
      for (const next of lobby) {
        if (!fits(next)) return;
        leaveLobby(next);
        take(next);
      }
    },
    waiting: () => lobby.size,
    stop(leave) {
      for (const event of lobby) {
        leaveLobby(event);
        leave(event);
      }
    },
  };
}
