import type { Clock } from "@intercom-events/core";

/** Milliseconds a store may take: one that never answers must not hold events back. */
const PATIENCE = 5_000;

/**
 * Waits for a store's answer, but not for ever. It never rejects: what went wrong is told, and the answer is
 * `undefined`.
 */
export function inTime<T>(
  answer: Promise<T>,
  clock: Clock,
  onFailure: (cause: unknown) => unknown,
): Promise<T | undefined> {
  return new Promise((resolve) => {
    const stop = clock.after(PATIENCE, () => fail("timeout"));
    const fail = (cause: unknown) => {
      stop();
      onFailure(cause);
      resolve(undefined);
    };
    answer.then((value) => {
      stop();
      resolve(value);
    }, fail);
  });
}
