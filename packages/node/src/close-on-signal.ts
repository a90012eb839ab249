import type { Client, CloseReport } from "@intercom-events/core";

/** How {@link closeOnSignal} works. */
export interface CloseOnSignalOptions {
  /** Signals to wait for. @default ["SIGTERM", "SIGINT"] */
  readonly signals?: readonly NodeJS.Signals[] | undefined;
  /** Milliseconds to wait for events without an outcome. @default 10000 */
  readonly timeout?: number | undefined;
  /** Told what was left, before the process ends; it is waited for, and what it throws is passed over. */
  readonly onClosed?: ((report: CloseReport) => void | Promise<void>) | undefined;
}

/** Closes one client. */
type Close = () => Promise<void>;

/** What to do at each signal that is listened for. */
const closes = new Map<NodeJS.Signals, Set<Close>>();

/**
 * Closes a client at the first SIGTERM or SIGINT, and then lets the signal do what it would have done:
 * end the process, unless the program listens for it as well. A second signal ends it at once. Clients
 * that wait for the same signal are closed together.
 *
 * @returns no longer closes the client
 * @throws {TypeError} for a signal that cannot be listened for, and for what is no length of time
 * @example
 * const client = createClient({ token: process.env.INTERCOM_ACCESS_TOKEN! });
 * closeOnSignal(client, { timeout: 5_000 });
 */
export function closeOnSignal(
  client: Pick<Client<never>, "close">,
  { signals = ["SIGTERM", "SIGINT"], timeout = 10_000, onClosed }: CloseOnSignalOptions = {},
): () => void {
  if (typeof timeout !== "number" || !(timeout >= 0))
    throw new TypeError(`Cannot close on a signal: "timeout" must be milliseconds, got ${typeof timeout}`);

  async function close(): Promise<void> {
    remove();
    const report = await client.close({ timeout });
    await onClosed?.(report);
  }

  function remove(): void {
    for (const signal of signals) removeClose(signal, close);
  }

  try {
    for (const signal of signals) addClose(signal, close);
  } catch (cause) {
    remove(); // Nobody could take away the others.
    const names = signals.map((signal) => JSON.stringify(signal)).join(", ");
    throw new TypeError(
      `Cannot close on a signal: "signals" must be some that can be listened for, got ${names}`,
      { cause },
    );
  }
  return remove;
}

function addClose(signal: NodeJS.Signals, close: Close): void {
  const others = closes.get(signal);
  if (others) {
    others.add(close);
    return;
  }
  process.on(signal, closeAll);
  closes.set(signal, new Set([close]));
}

function removeClose(signal: NodeJS.Signals, close: Close): void {
  const left = closes.get(signal);
  if (!left?.delete(close) || left.size > 0) return;
  closes.delete(signal);
  process.off(signal, closeAll);
}

async function closeAll(signal: NodeJS.Signals): Promise<void> {
  await Promise.allSettled([...(closes.get(signal) ?? [])].map((close) => close()));
  if (process.listenerCount(signal) === 0) process.kill(process.pid, signal);
}
