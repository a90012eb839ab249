import type { RelayTask } from "./relay-options.ts";

const FAILURES: Readonly<Record<RelayTask, string>> = {
  identify: 'the relay cannot tell who a caller is: "identify" failed',
  events: "the relay cannot check an event: its schema failed",
  request: "the relay cannot answer a request",
};

/** Tells the program of an error, and what was being done. */
export type ErrorReporter = (error: unknown, task: RelayTask) => void;

/** Where a relay has its error reporter, for the handlers it is mounted by: in CommonJS they come from another copy of this file. */
export const ERROR_REPORTER: unique symbol = Symbol.for("@intercom-events/relay error reporter");

/** The error reporter of a relay; what stands in for a relay has none, and gets one that warns. */
export function errorReporterOf(relay: {
  readonly fetch: unknown;
  readonly [ERROR_REPORTER]?: ErrorReporter;
}): ErrorReporter {
  return relay[ERROR_REPORTER] ?? createErrorReporter(undefined);
}

/**
 * Tells the program what the page is not told.
 *
 * @param onError told of all; without it the first of each task is a `console.warn`
 */
export function createErrorReporter(onError: ErrorReporter | undefined): ErrorReporter {
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
