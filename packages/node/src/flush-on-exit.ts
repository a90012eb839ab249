import { createExitFlush, type Exiting } from "@intercom-events/core";

/**
 * Has a client flushed when the process has nothing else to do (Node's `beforeExit`), once and for a
 * limited time.
 *
 * @returns a function that ends this
 */
export const flushOnExit: (exiting: Exiting) => () => void = createExitFlush(
  (onIdle) => {
    process.on("beforeExit", onIdle);
    return () => process.off("beforeExit", onIdle);
  },
  () => performance.now(),
);
