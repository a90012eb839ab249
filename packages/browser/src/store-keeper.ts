import type { Clock } from "@intercom-events/core";
import { ask } from "./ask.ts";
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

  async function store(): Promise<void> {
    if (current || waiting.length === 0) return;
    const group = waiting.splice(0, MAX_GROUP);
    const append = outbox.appendApart(group.map(({ draft }) => draft));
    const mine = { append, group };
    current = mine;
    // Also of an append that was given up: it has been late.
    const stored = append.done.then(() => listener.onStored(mine.group));
    await ask(
      () => stored,
      clock,
      (cause) => {
        append.abandon();
        listener.onFailed(mine.group, cause);
      },
    );
    current = undefined;
    void store();
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
      const ids = current.append.abandon();
      const isUndecided = ({ draft }: OwnEvent) => ids.includes(draft.id);
      unsent.unshift(...current.group.filter(isUndecided));
      current.group = current.group.filter((event) => !isUndecided(event));
      return unsent;
    },
  };
}
