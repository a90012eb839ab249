import { createExitFlush, type Exiting } from "@intercom-events/core";

/**
 * Has a client flushed when the program has nothing else to do (`beforeunload`, which Deno dispatches
 * then), once and for a limited time; and says what is left of it at `Deno.exit` (`unload`).
 *
 * @returns a function that ends this
 */
export const flushOnExit: (exiting: Exiting) => () => void = createExitFlush(
  (onIdle, onEnd) => {
    const listener = (event: Event): void => {
      if (onIdle()) event.preventDefault(); // Otherwise Deno ends, whatever has been started.
    };
    globalThis.addEventListener("beforeunload", listener);
    globalThis.addEventListener("unload", onEnd);
    return () => {
      globalThis.removeEventListener("beforeunload", listener);
      globalThis.removeEventListener("unload", onEnd);
    };
  },
  () => performance.now(),
);
