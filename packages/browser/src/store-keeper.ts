import type { Clock } from "@intercom-events/core";
import { PATIENCE } from "./ask.ts";
import type { OwnEvent } from "./own-events.ts";
import type { PageOutbox, PendingAppend } from "./page-outbox.ts";

/** Brings new events into the store; {@link createStoreKeeper}. */
export interface StoreKeeper {
  /** Takes an event that is to be stored, together with those that follow at once. */
  put(event: OwnEvent): void;
  /** Stores nothing more of what it was given, and answers the events that are certainly not stored. */
  abandon(): OwnEvent[];
}

/** What it tells. */
export interface StoreListener {
  onStored(events: readonly OwnEvent[]): void;
  /** The events are not stored, or nobody can tell: then they may be, with the body they have. */
  onFailed(events: readonly OwnEvent[], cause: unknown): void;
}

/** Events in one transaction, at most. */
const MAX_GROUP = 500;

/** Stores events in groups, one group after the other. */
export function createStoreKeeper(outbox: PageOutbox, clock: Clock, listener: StoreListener): StoreKeeper {
  let waiting: OwnEvent[] = [];
  let current: { append: PendingAppend; group: OwnEvent[] } | undefined;

  function store(): void {
    if (current || waiting.length === 0) return;
    const group = waiting.splice(0, MAX_GROUP);
    const append = appendTo(outbox, group);
    const mine = { append, group };
    current = mine;
    const stop = clock.after(PATIENCE, () => {
      callOff(append);
      end(mine, () => listener.onFailed(group, "no answer in time"));
    });
    append.done.then(
      () => {
        stop();
        // Also of an append that was given up: it has been late.
        end(mine, () => {});
        listener.onStored(mine.group);
      },
      (cause) => {
        stop();
        end(mine, () => listener.onFailed(mine.group, cause));
      },
    );
  }

  function end(mine: typeof current, tell: () => void): void {
    if (current !== mine) return;
    current = undefined;
    tell();
    store();
  }

  return {
    put(event) {
      event.place = "storing";
      waiting.push(event);
      if (waiting.length === 1) queueMicrotask(store);
    },
    abandon() {
      const unsent = waiting;
      waiting = [];
      if (!current) return unsent;
      const ids = new Set(callOff(current.append));
      const undecided = current.group.filter(({ draft }) => ids.has(draft.id));
      current.group = current.group.filter(({ draft }) => !ids.has(draft.id));
      return [...undecided, ...unsent];
    },
  };
}

function appendTo(outbox: PageOutbox, group: readonly OwnEvent[]): PendingAppend {
  try {
    return outbox.appendApart(group.map(({ draft }) => draft));
  } catch (cause) {
    return { done: Promise.reject(cause), abandon: () => [] };
  }
}

function callOff(append: PendingAppend): string[] {
  try {
    return append.abandon();
  } catch {
    return [];
  }
}
