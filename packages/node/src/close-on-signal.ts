import { constants } from "node:os";
import type { Client, CloseReport } from "@intercom-events/core";
import { listenOnce } from "./listen-once.ts";

/** How {@link closeOnSignal} works. */
export interface CloseOnSignalOptions {
  /** Signals to wait for. @default ["SIGTERM", "SIGINT"] */
  readonly signals?: readonly NodeJS.Signals[] | undefined;
  /** Milliseconds to wait for events without an outcome. @default 10000 */
  readonly timeout?: number | undefined;
  /** Told what was left, before the process ends; it is waited for, and what it throws is ignored. */
  readonly onClosed?: ((report: CloseReport) => void | Promise<void>) | undefined;
}

/** Closes one client, and never rejects. Called again, it waits for that, or no longer if a second has passed. */
type Close = () => Promise<void>;

/** What to do at a signal, and how to listen for it no longer. */
interface Waiting {
  readonly closes: Set<Close>;
  readonly stop: () => void;
}

/** Those that wait for each signal. */
const waiting = new Map<NodeJS.Signals, Waiting>();

/**
 * Milliseconds in which another signal is the same one: systemd sends it to all processes of a service, `node --watch`
 * lives in the terminal that has sent it, and a parent may hand it on besides.
 */
const SAME_SIGNAL = 1000;

/**
 * Closes a client at the first SIGTERM or SIGINT, and then lets the signal do what it would have done:
 * end the process, unless the program listens for it as well. A second signal ends it at once, but not within a second,
 * as some send the first one twice. Clients that wait for the same signal are closed together.
 *
 * A closed client takes no more events. A server that finishes its requests first does so in `close`:
 * `closeOnSignal({ async close(options) { await app.close(); return client.close(options); } })`.
 *
 * Node.js tells signals to the main thread alone, so in a worker thread this does nothing. A close that fails is a
 * `console.warn`.
 *
 * @returns a function that takes the listeners away again
 * @throws {TypeError} for a signal that cannot be listened for, for something that is not a client, and for a `timeout`
 *   that is not a length of time
 * @example
 * const client = createClient({ token: process.env.INTERCOM_ACCESS_TOKEN! });
 * closeOnSignal(client, { timeout: 5_000 });
 */
export function closeOnSignal(
  client: Pick<Client<never>, "close">,
  { signals = ["SIGTERM", "SIGINT"], timeout = 10_000, onClosed }: CloseOnSignalOptions = {},
): () => void {
  if (typeof client?.close !== "function")
    throw new TypeError(`Cannot close on a signal: "client" must have a "close", got ${typeof client}`);
  if (typeof timeout !== "number" || !(timeout >= 0))
    throw new TypeError(`Cannot close on a signal: "timeout" must be milliseconds, got ${typeof timeout}`);

  let heardAt = 0;
  let closing: Promise<void> | undefined;

  async function close(): Promise<void> {
    const now = performance.now();
    if (closing && now - heardAt >= SAME_SIGNAL) return remove();
    if (!closing) heardAt = now;
    closing ??= closeClient().catch(complain);
    return closing;
  }

  async function closeClient(): Promise<void> {
    try {
      await tell(await client.close({ timeout }));
    } finally {
      remove(); // Not before: who sees nobody else listen may end the process.
    }
  }

  async function tell(report: CloseReport): Promise<void> {
    try {
      await onClosed?.(report);
    } catch {
      // It has heard what was left, and all are closed.
    }
  }

  function remove(): void {
    for (const signal of signals) removeClose(signal, close);
  }

  try {
    for (const signal of signals) addClose(signal, close);
  } catch (cause) {
    remove(); // Nobody could take away the others.
    throw new TypeError(
      `Cannot close on a signal: "signals" must be some that can be listened for, got ${JSON.stringify(signals)}`,
      { cause },
    );
  }
  return remove;
}

function addClose(signal: NodeJS.Signals, close: Close): void {
  const others = waiting.get(signal);
  if (others) {
    others.closes.add(close);
    return;
  }
  // Node.js takes any name for that of an event, and would wait for a misspelt signal for ever.
  if (!(signal in constants.signals)) throw new TypeError(signal);
  waiting.set(signal, { closes: new Set([close]), stop: listenOnce(signal, closeAll) });
}

function removeClose(signal: NodeJS.Signals, close: Close): void {
  const left = waiting.get(signal);
  if (!left?.closes.delete(close) || left.closes.size > 0) return;
  waiting.delete(signal);
  left.stop();
}

async function closeAll(signal: NodeJS.Signals): Promise<void> {
  for (let left = waiting.get(signal); left; left = waiting.get(signal)) {
    await Promise.all([...left.closes].map((close) => close()));
  }
  // It is listened for until other copies of this package have closed theirs, too: the last one ends the process.
  if (process.listenerCount(signal) <= countSignalExit()) endBy(signal);
}

/** The others are closed all the same, and nobody else would say that events are lost. */
function complain(error: unknown): void {
  console.warn("intercom-events: Cannot close on a signal:", error);
}

/**
 * Counts the listeners of signal-exit, which many tools load: they wait for others to end the process, and do
 * it once they are alone. https://github.com/tapjs/signal-exit/blob/v4.1.0/src/index.ts
 */
function countSignalExit(): number {
  const { __signal_exit_emitter__: version3 } = process as { __signal_exit_emitter__?: { count: number } };
  const shared = globalThis as unknown as Record<symbol, { count: number } | undefined>;
  const version4 = shared[Symbol.for("signal-exit emitter")];
  return (version3?.count ?? 0) + (version4?.count ?? 0);
}

function endBy(signal: NodeJS.Signals): void {
  // The kernel keeps the first process of a container from ending itself by a signal.
  if (process.pid === 1) process.exit(128 + constants.signals[signal]);
  process.kill(process.pid, signal);
}
