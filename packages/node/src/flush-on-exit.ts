import { createExitFlush, type Exiting } from "@intercom-events/core";
import { listenOnce } from "./listen-once.ts";

/**
 * Has a client flushed when the process has nothing else to do (Node's `beforeExit`), once and for a
 * limited time; and says what is left of it when the process ends without that (`exit`).
 *
 * @returns a function that ends this
 */
export const flushOnExit: (exiting: Exiting) => () => void = createExitFlush(
  (onIdle, onEnd) => {
    const ends = [listenOnce("beforeExit", onIdle), listenOnce("exit", onEnd)];
    return () => {
      for (const end of ends) end();
    };
  },
  () => performance.now(),
);
