/** How whoever makes a call is told that it is to end; {@link createCancellation}. */
export interface Cancellation {
  /** Aborted when the call is to end. Made when it is first asked for. */
  readonly signal: AbortSignal;
  /** Has a function called when the call is to end, unless it has ended; the last one given counts. */
  readonly onCancel: (listener: () => void) => void;
}

/**
 * A call that may be ended. A signal costs more than all else that is done for a call, and V8 keeps what
 * hangs on it for long: so there is one only for those who ask for it.
 */
export function createCancellation(): Cancellation & { readonly cancel: () => void } {
  let controller: AbortController | undefined;
  let isCancelled = false;
  let listener: (() => void) | undefined;
  return {
    get signal() {
      controller ??= new AbortController();
      if (isCancelled) controller.abort();
      return controller.signal;
    },
    onCancel(given) {
      listener = given;
    },
    cancel() {
      isCancelled = true;
      controller?.abort();
      listener?.();
    },
  };
}
