import type { Clock } from "@intercom-events/core";

/** Milliseconds a store may take: one that never answers must not hold events back. */
export const PATIENCE = 5_000;

/**
 * Waits for a store, but not for ever. It never rejects: what went wrong is told, and the answer is
 * `undefined`.
 */
export function ask<T>(
  work: () => Promise<T>,
  clock: Clock,
  onFailure: (cause: unknown) => void,
): Promise<T | undefined> {
  return new Promise((resolve) => {
    const stop = clock.after(PATIENCE, () => fail("no answer in time"));
    const fail = (cause: unknown) => {
      stop();
      onFailure(cause);
      resolve(undefined);
    };
    const succeed = (value: T) => {
      stop();
      resolve(value);
    };
    try {
      work().then(succeed, fail);
    } catch (cause) {
      fail(cause);
    }
  });
}
