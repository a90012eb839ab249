import type { Clock } from "./clock.ts";
import { type Outbox, OutboxError } from "./outbox.ts";

/** An outbox that is not waited for without end; {@link createOutboxDeadline}. */
export interface OutboxDeadline {
  /** Its calls reject that are not answered in time. What they do and answer later is passed over. */
  readonly outbox: Outbox;
  /**
   * Starts the fifteen seconds that all calls have together when a client closes, of which those that are open already
   * have eight. Once they are over nothing is called any more but `close`, which is not waited for.
   *
   * @returns ends that, once all is closed
   */
  startClosing(): () => void;
}

/** Milliseconds in which an outbox is to answer, and in which it must: the answer may be lost, and nothing would go on. */
export const QUIET = 10_000;
const LIMIT = 60_000;

/** Milliseconds that are waited at once. However long a process is frozen, it misses one such step, and that is no sign. */
const STEP = QUIET / 2;

/**
 * Milliseconds for all calls when a client closes, longer than a store waits for the lock of another process, and for
 * those that are open already: what is left is to be written.
 */
const CLOSING_LIMIT = 15_000;
const OPEN_LIMIT = 8000;

type Fail = (error: OutboxError) => void;

/** @param quiet told of a call that has no answer for ten seconds, and time and again from then on */
export function createOutboxDeadline(inner: Outbox, clock: Clock, quiet: () => void): OutboxDeadline {
  /** Of each call that is open, what rejects it. */
  const open = new Set<Fail>();
  let isOver = false;

  /**
   * Fails what is taking too long, and returns how to call that off.
   *
   * @param steps how many it has made: each may take as long
   */
  function watch(fail: Fail, steps: () => number): () => void {
    let cancel = (): void => undefined;
    function wait(waited: number): void {
      const before = steps();
      cancel = clock.after(STEP, () => {
        const silent = steps() === before ? waited + STEP : 0;
        if (silent >= LIMIT) return fail(unanswered());
        wait(silent);
        if (silent >= QUIET) quiet();
      });
    }
    wait(0);
    return () => cancel();
  }

  function limited<T>(call: () => Promise<T>): Promise<T> {
    if (isOver) return Promise.reject(notClosed());
    return new Promise<T>((resolve, reject) => {
      const cancel = watch(fail, () => 0);
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

  /** What an outbox lists. It has one timer, as there may be a million of them. */
  async function* listed<T>(list: () => AsyncIterable<T>): AsyncGenerator<T> {
    if (isOver) throw notClosed();
    const iterator = list()[Symbol.asyncIterator]();
    let steps = 0;
    let failStep: Fail = () => undefined;
    const fail: Fail = (error) => failStep(error);
    const cancel = watch(fail, () => steps);
    open.add(fail);
    try {
      for (;;) {
        const { done, value } = await new Promise<IteratorResult<T>>((resolve, reject) => {
          failStep = reject;
          iterator.next().then(resolve, reject);
        });
        if (done) return;
        steps += 1;
        yield value;
      }
    } finally {
      open.delete(fail);
      cancel();
      // Not waited for: one that has not answered may not do so now either.
      (async () => iterator.return?.())().catch(() => undefined);
    }
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
      ...(ids && { ids: () => listed(() => ids.call(inner)) }),
      deadLetters: () => listed(() => inner.deadLetters()),
      close() {
        if (isOver) (async () => inner.close())().catch(() => undefined);
        return limited(() => inner.close());
      },
    },
    startClosing() {
      const before = [...open];
      const cancelOpen = clock.after(OPEN_LIMIT, () => {
        for (const fail of before) if (open.has(fail)) fail(unanswered());
      });
      function end(): void {
        isOver = true;
        for (const fail of open) fail(notClosed());
      }
      const cancelAll = clock.after(CLOSING_LIMIT, end);
      return () => {
        cancelOpen();
        cancelAll();
        end(); // Some are not waited for.
      };
    },
  };
}

const unanswered = (): OutboxError => new OutboxError("failed", "it did not answer in time");

const notClosed = (): OutboxError =>
  new OutboxError("closed", "it did not answer within 15 seconds when the client was closed");
