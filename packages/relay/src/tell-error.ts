import type { RelayTask } from "./relay-options.ts";

const FAILURES: Readonly<Record<RelayTask, string>> = {
  identify: 'the relay cannot tell who a caller is: "identify" failed',
  events: "the relay cannot check an event: its schema failed",
  request: "the relay cannot answer a request",
};

/** Tells the program of an error. */
export type Teller = (error: unknown, task: RelayTask) => void;

/** Where a relay has its teller, for the handlers it is mounted by: in CommonJS they come from another copy of this file. */
export const TELLER: unique symbol = Symbol.for("@intercom-events/relay teller");

/** The teller of a relay; what stands in for a relay has none, and gets one that warns. */
export function tellerOf(relay: { readonly fetch: unknown; readonly [TELLER]?: Teller }): Teller {
  return relay[TELLER] ?? createTeller(undefined);
}

/**
 * Tells the program what the page is not told.
 *
 * @param onError told of all; without it the first of each task is a `console.warn`
 */
export function createTeller(onError: Teller | undefined): Teller {
  const told = new Set<RelayTask>();
  return (error, task) => {
    try {
      if (onError) {
        // An async one may reject, which would end the process.
        Promise.resolve(onError(error, task)).catch(() => undefined);
      } else if (!told.has(task)) {
        told.add(task);
        console.warn(`intercom-events: ${FAILURES[task]}. Give "onError" to hear of further ones.`, error);
      }
    } catch {
      // Whoever throws while being told does not want to hear of it, and the page must be answered.
    }
  };
}
