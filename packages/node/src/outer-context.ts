import { AsyncResource } from "node:async_hooks";

/**
 * The asynchronous context it was made in, for work that must not belong to whichever request of the program has set
 * it off: it would be a part of the traces of that request, and keep what it has in an `AsyncLocalStorage`.
 */
export class OuterContext extends AsyncResource {
  constructor() {
    super("intercom-events");
  }

  /** It keeps no process alive: `jest --detectOpenHandles` asks. */
  hasRef(): boolean {
    return false;
  }
}
