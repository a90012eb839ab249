import type { Client, CloseReport } from "@intercom-events/core";

/** How {@link closeOnSignal} works. */
export interface CloseOnSignalOptions {
  /** Signals to wait for. @default ["SIGTERM", "SIGINT"] */
  readonly signals?: readonly NodeJS.Signals[] | undefined;
  /** Milliseconds to wait for events without an outcome. @default 10000 */
  readonly timeout?: number | undefined;
  /** Told what was left, before the process ends. */
  readonly onClosed?: ((report: CloseReport) => void) | undefined;
}

/** Clients that are being closed: the process ends with the last of them. */
let closing = 0;

/**
 * Closes a client at the first SIGTERM or SIGINT, and then lets the signal do what it would have done:
 * end the process, unless the program listens for it as well. A second signal ends it at once.
 *
 * @returns takes the listeners away
 * @throws {TypeError} for a signal that cannot be listened for, and for what is no length of time
 * @example
 * const client = createClient({ token: process.env.INTERCOM_ACCESS_TOKEN });
 * closeOnSignal(client, { timeout: 5_000 });
 */
export function closeOnSignal(
  client: Pick<Client<never>, "close">,
  { signals = ["SIGTERM", "SIGINT"], timeout = 10_000, onClosed }: CloseOnSignalOptions = {},
): () => void {
  if (typeof timeout !== "number" || !(timeout >= 0))
    throw new TypeError(`Cannot close on a signal: "timeout" must be milliseconds, got ${typeof timeout}`);
  const listened: NodeJS.Signals[] = [];

  async function close(signal: NodeJS.Signals): Promise<void> {
    remove();
    closing += 1;
    try {
      onClosed?.(await client.close({ timeout }));
    } finally {
      closing -= 1;
      if (closing === 0 && process.listenerCount(signal) === 0) process.kill(process.pid, signal);
    }
  }

  function remove(): void {
    for (const signal of listened.splice(0)) process.off(signal, close);
  }

  try {
    for (const signal of signals) {
      process.on(signal, close);
      listened.push(signal);
    }
  } catch (error) {
    remove(); // Nobody could take away the others.
    throw new TypeError(`Cannot close on a signal: "signals" must be signals to listen for`, {
      cause: error,
    });
  }
  return remove;
}
