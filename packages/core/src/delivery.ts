import type { Attempt, OpenAttempt } from "./attempt.ts";
import { readRequestId } from "./classify-response.ts";
import type { Outcome, Receipt } from "./outcome.ts";

/** A tracked event that has no outcome yet. */
export interface PendingEvent {
  /** The JSON sent with each attempt, byte for byte. */
  readonly body: string;
  /** When it was tracked, in milliseconds since the epoch. */
  readonly trackedAt: number;
  readonly receipt: Receipt;
  /** Tells the caller how it ended. */
  readonly settle: (outcome: Outcome) => void;
}

/** Sends pending events, so many at a time, in the order they were added; {@link createDelivery}. */
export interface Delivery {
  add(event: PendingEvent): void;
  /** Events being sent. */
  inFlight(): number;
  /** Events without an outcome, the oldest first. */
  pending(): readonly PendingEvent[];
  /** How many events have no outcome. */
  size(): number;
  /** Ends all events that are left, aborting what is under way, and answers how many they were. */
  stop(outcome: Outcome): number;
}

/** What a delivery is made of. */
export interface DeliveryOptions {
  /** Events being sent at the same time. */
  readonly concurrency: number;
  /** Starts the one attempt of an event. */
  readonly start: (event: PendingEvent) => OpenAttempt;
  /** Told once how each event ended. */
  readonly end: (event: PendingEvent, outcome: Outcome) => void;
}

/** An idle delivery. */
export function createDelivery({ concurrency, start, end }: DeliveryOptions): Delivery {
  const waiting = new Set<PendingEvent>();
  const underWay = new Map<PendingEvent, OpenAttempt>();
  let isScheduled = false;

  /** Not within `track`, whose caller is not to wait for the work of sending. */
  function schedule(): void {
    if (isScheduled) return;
    isScheduled = true;
    queueMicrotask(() => {
      isScheduled = false;
      for (const event of waiting) {
        if (underWay.size >= concurrency) return;
        send(event);
      }
    });
  }

  function send(event: PendingEvent): void {
    const attempt = start(event);
    underWay.set(event, attempt);
    waiting.delete(event); // Not before, as the transport may look at the counts.
    attempt.result.then((ended) => {
      if (!underWay.delete(event)) return; // It was stopped.
      end(event, outcomeOf(ended));
      schedule();
    });
  }

  const pending = (): readonly PendingEvent[] => [...underWay.keys(), ...waiting];

  return {
    add(event) {
      waiting.add(event);
      schedule();
    },
    inFlight: () => underWay.size,
    pending,
    size: () => underWay.size + waiting.size,
    stop(outcome) {
      const left = pending();
      for (const event of left) {
        const attempt = underWay.get(event);
        underWay.delete(event);
        waiting.delete(event);
        end(event, outcome);
        attempt?.abort();
      }
      return left.length;
    },
  };
}

/** How an event ended that was sent once. */
function outcomeOf({ verdict, reply }: Attempt): Outcome {
  if (verdict.kind !== "accepted") return { status: "rejected", verdict, attempts: 1 };
  const requestId = reply && readRequestId(reply);
  return { status: "accepted", attempts: 1, ...(requestId !== undefined && { requestId }) };
}
