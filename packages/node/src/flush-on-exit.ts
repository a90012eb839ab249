import { createExitFlush, type Exiting } from "@intercom-events/core";
import { listenOnce } from "./listen-once.ts";

/**
 * Has a client flushed when the process has nothing else to do (Node's `beforeExit`), once and for a
 * limited time.
 *
 * @returns a function that ends this
 */
export const flushOnExit: (exiting: Exiting) => () => void = createExitFlush(
  (onIdle) => listenOnce("beforeExit", onIdle),
  () => performance.now(),
);
