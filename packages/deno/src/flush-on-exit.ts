import { createExitFlush, type Exiting } from "@intercom-events/core";

/**
 * Has a client flushed when the program has nothing else to do (`beforeunload`, which Deno dispatches
 * then), once and for a limited time.
 *
 * @returns a function that ends this
 */
export const flushOnExit: (exiting: Exiting) => () => void = createExitFlush(
  (onIdle) => {
    const listener = (event: Event): void => {
      if (onIdle()) event.preventDefault(); // Otherwise Deno ends, whatever has been started.
    };
    globalThis.addEventListener("beforeunload", listener);
    return () => globalThis.removeEventListener("beforeunload", listener);
  },
  () => performance.now(),
);
