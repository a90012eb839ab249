import type { Clock } from "@intercom-events/core";

/** Milliseconds a store may take: one that never replies must not hold events back. */
const TIMEOUT = 5_000;

/**
 * Waits for what a store returns, but not for ever. Never rejects: what went wrong is told, and the result is
 * `undefined`.
 */
export function withTimeout<T>(
  result: Promise<T>,
  clock: Clock,
  onFailure: (cause: unknown) => unknown,
): Promise<T | undefined> {
  return new Promise((resolve) => {
    const stop = clock.after(TIMEOUT, () => fail("timeout"));
    const fail = (cause: unknown) => {
      stop();
      onFailure(cause);
      resolve(undefined);
    };
    result.then((value) => {
      stop();
      resolve(value);
    }, fail);
  });
}
