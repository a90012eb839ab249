import type { Clock } from "./clock.ts";
import { type Outbox, OutboxError } from "./outbox.ts";

/** An outbox that is waited for as long as it takes, but not while a client closes; {@link createOutboxDeadline}. */
export interface OutboxDeadline {
  /** Its calls reject that are not answered in time. What they do and answer later is passed over. */
  readonly outbox: Outbox;
  /** From now on each call has fifteen seconds, those that are open already among them. */
  start(): void;
}

/** Milliseconds in which an outbox must answer. Longer than a store waits for the lock of another process. */
const LIMIT = 15_000;

/** A deadline that has not started. */
export function createOutboxDeadline(inner: Outbox, clock: Clock): OutboxDeadline {
  /** Of each call that is open, what starts its time. */
  const open = new Set<() => void>();
  let isStarted = false;
  let hasPassed = false;

  function limited<T>(call: () => Promise<T>): Promise<T> {
    if (hasPassed) return Promise.reject(unanswered());
    return new Promise<T>((resolve, reject) => {
      let cancel = (): void => undefined;
      function startTime(): void {
        cancel = clock.after(LIMIT, () => {
          hasPassed = true;
          open.delete(startTime);
          reject(unanswered());
        });
      }
      function end(): void {
        open.delete(startTime);
        cancel();
      }
      open.add(startTime);
      if (isStarted) startTime();
      // An outbox that is not written in TypeScript may throw, or answer no promise.
      (async () => call())().finally(end).then(resolve, reject);
    });
  }

  const { ids } = inner;
  return {
    outbox: {
      append: (records, leaseUntil) => limited(() => inner.append(records, leaseUntil)),
      lease: (request) => limited(() => inner.lease(request)),
      renew: (renewed, until) => limited(() => inner.renew(renewed, until)),
      update: (records, leaseUntil) => limited(() => inner.update(records, leaseUntil)),
      settle: (endings, now) => limited(() => inner.settle(endings, now)),
      counts: () => limited(() => inner.counts()),
      ...(ids && { ids: () => ids.call(inner) }),
      deadLetters: () => inner.deadLetters(),
      close: () => limited(() => inner.close()),
    },
    start() {
      isStarted = true;
      for (const startTime of open) startTime();
    },
  };
}

function unanswered(): OutboxError {
  return new OutboxError("closed", "it did not answer within 15 seconds when the client was closed");
}
