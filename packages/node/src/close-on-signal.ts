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

/**
 * Closes a client at the first SIGTERM or SIGINT, and then lets the signal do what it would have done:
 * end the process, unless the program listens for it as well. A second signal ends it at once.
 *
 * @returns takes the handlers away
 * @throws {TypeError} for a signal that cannot be listened for
 * @example
 * const client = createClient({ token: process.env.INTERCOM_ACCESS_TOKEN });
 * closeOnSignal(client, { timeout: 5_000 });
 */
export function closeOnSignal(
  client: Pick<Client<never>, "close">,
  { signals = ["SIGTERM", "SIGINT"], timeout = 10_000, onClosed }: CloseOnSignalOptions = {},
): () => void {
  async function close(signal: NodeJS.Signals): Promise<void> {
    remove();
    const report = await client.close({ timeout });
    onClosed?.(report);
    if (process.listenerCount(signal) === 0) process.kill(process.pid, signal);
  }

  function remove(): void {
    for (const signal of signals) process.off(signal, close);
  }

  for (const signal of signals) process.on(signal, close);
  return remove;
}
