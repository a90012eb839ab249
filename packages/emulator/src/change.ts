import process from "node:process";
import { inspect } from "node:util";
import type { ClockState } from "./clock.ts";
import type { KnownContact } from "./contact.ts";
import type { SeededCount } from "./event-history.ts";
import type { EventName } from "./event-names.ts";
import type { PlannedFault } from "./fault-plan.ts";
import type { RateTicket } from "./rate-window.ts";
import type { RecordedRequest } from "./request-log.ts";
import type { StoredEvent } from "./stored-event.ts";

/** Something that changed in the emulator, with what it is now. */
export type Change =
  | { readonly type: "event"; readonly event: StoredEvent }
  | { readonly type: "request"; readonly request: RecordedRequest }
  | { readonly type: "rate"; readonly rate: CountedRequest }
  | { readonly type: "contact"; readonly contact: KnownContact }
  | { readonly type: "contacts_cleared" }
  | { readonly type: "event_name"; readonly eventName: EventName }
  | { readonly type: "event_count"; readonly eventCount: SeededCount }
  | { readonly type: "faults"; readonly faults: readonly PlannedFault[] }
  | { readonly type: "clock"; readonly clock: ClockState }
  | { readonly type: "reset" };

/** A request that was counted, by whom, and what its app's window is then. */
export interface CountedRequest extends RateTicket {
  /** The workspace of its token. */
  readonly workspace: string;
  /** The app of its token. */
  readonly app: string;
}

/** Where changes are told and heard. */
export interface Changes {
  /** Tells a change to everyone who listens; it is only made when someone does. */
  tell(change: () => Change): void;
  /** Runs `action`; what it tells belongs together. */
  together<T>(action: () => T): T;
  /**
   * Returns a function that ends the listening.
   * @param settled called when all that belongs together was told
   */
  listen(listener: (change: Change) => void, settled?: () => void): () => void;
}

/** Creates a place for changes that nobody listens to yet. */
export function createChanges(): Changes {
  const listeners = new Set<Listener>();
  let depth = 0;

  function together<T>(action: () => T): T {
    depth += 1;
    try {
      return action();
    } finally {
      depth -= 1;
      if (depth === 0) for (const { settled } of listeners) settled?.();
    }
  }

  return {
    tell(change) {
      if (listeners.size === 0) return;
      const told = change();
      together(() => {
        for (const { hear } of listeners) hearSafely(hear, told);
      });
    },
    together,
    listen(hear, settled) {
      const own: Listener = { hear, settled };
      listeners.add(own);
      return () => void listeners.delete(own);
    },
  };
}

interface Listener {
  readonly hear: (change: Change) => unknown;
  readonly settled: (() => void) | undefined;
}

function hearSafely(hear: Listener["hear"], told: Change): void {
  try {
    const answer = hear(told);
    if (answer instanceof Promise) answer.catch(warn); // else an async one would end the process
  } catch (error) {
    warn(error);
  }
}

/** What a listener does wrong must not fail the request it is told of, nor keep others from being told. */
function warn(error: unknown): void {
  process.emitWarning(`A listener of changes failed: ${inspect(error)}`);
}
