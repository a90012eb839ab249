import type { Clock } from "./clock.ts";
import { type Outbox, OutboxError } from "./outbox.ts";

/** An outbox that is not waited for without end; {@link createOutboxDeadline}. */
export interface OutboxDeadline {
  /** Its calls reject that are not answered in time. What they do and answer later is passed over. */
  readonly outbox: Outbox;
  /**
   * Starts the fifteen seconds that all calls have together when a client closes, those that are open already among
   * them. Once they are over nothing is called any more.
   *
   * @returns calls that off
   */
  startClosing(): () => void;
}

/** Milliseconds in which an outbox is to answer, and in which it must: the answer may be lost, and nothing would go on. */
const QUIET = 10_000;
const LIMIT = 60_000;

/** Milliseconds for all calls when a client closes. Longer than a store waits for the lock of another process. */
const CLOSING_LIMIT = 15_000;

/** @param quiet told of a call that has no answer after ten seconds */
export function createOutboxDeadline(inner: Outbox, clock: Clock, quiet: () => void): OutboxDeadline {
  /** Of each call that is open, what rejects it. */
  const open = new Set<(error: OutboxError) => void>();
  let isOver = false;

  function limited<T>(call: () => Promise<T>): Promise<T> {
    if (isOver) return Promise.reject(notClosed());
    return new Promise<T>((resolve, reject) => {
      let cancel = clock.after(QUIET, () => {
        cancel = clock.after(LIMIT - QUIET, () => fail(unanswered()));
        quiet();
      });
      function end(): void {
        open.delete(fail);
        cancel();
      }
      function fail(error: OutboxError): void {
        end();
        reject(error);
      }
      open.add(fail);
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
    startClosing: () =>
      clock.after(CLOSING_LIMIT, () => {
        isOver = true;
        for (const fail of open) fail(notClosed());
      }),
  };
}

const unanswered = (): OutboxError => new OutboxError("failed", "it did not answer within 60 seconds");

const notClosed = (): OutboxError =>
  new OutboxError("closed", "it did not answer within 15 seconds when the client was closed");
