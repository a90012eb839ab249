/**
 * How whoever makes a call is told that it is to end. A signal costs more than most of what else is done for
 * a call, so there is one only for those who ask for it.
 *
 * A class, whose objects are all of one shape: objects with a getter of their own are not, and V8 is slow with those.
 */
export class Cancellation {
  #controller: AbortController | undefined;
  #isCancelled = false;
  #listener: (() => void) | undefined;

  /** Aborted when the call is to end. Made when it is first asked for. */
  get signal(): AbortSignal {
    this.#controller ??= new AbortController();
    if (this.#isCancelled) this.#controller.abort();
    return this.#controller.signal;
  }

  /** Has a function called when the call is to end, unless it has ended; the last one given counts. */
  listen(listener: () => void): void {
    this.#listener = listener;
  }

  /** Ends the call. */
  cancel(): void {
    this.#isCancelled = true;
    this.#controller?.abort();
    this.#listener?.();
  }
}
