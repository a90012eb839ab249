import type { Client, CloseReport } from "@intercom-events/core";
import { denoClock } from "./deno-clock.ts";

/** A signal that ends a program unless it listens for it. */
export type ClosingSignal = "SIGHUP" | "SIGINT" | "SIGQUIT" | "SIGTERM" | "SIGBREAK";

/** The numbers of signals: a program that cannot end by one ends with 128 more, as shells say it. */
const NUMBERS: Readonly<Record<ClosingSignal, number>> = {
  SIGHUP: 1,
  SIGINT: 2,
  SIGQUIT: 3,
  SIGTERM: 15,
  SIGBREAK: 21,
};

/**
 * Milliseconds in which another signal is the same one: systemd sends it to all processes of a service, a terminal to all
 * that run in it, and a parent may hand it on besides.
 */
const SAME_SIGNAL = 1000;

/** Milliseconds that a signal may take to arrive: Deno has a thread of its own hand it on. */
const ARRIVAL = 1000;

/** How {@link closeOnSignal} works. */
export interface CloseOnSignalOptions {
  /** Signals to wait for. @default ["SIGTERM", "SIGINT"], on Windows ["SIGINT", "SIGBREAK"] */
  readonly signals?: readonly ClosingSignal[] | undefined;
  /** Milliseconds to wait for events without an outcome. @default 10000 */
  readonly timeout?: number | undefined;
  /** Told what was left, before the program ends; it is waited for, and what it throws is ignored. */
  readonly onClosed?: ((report: CloseReport) => void | Promise<void>) | undefined;
}

/**
 * Closes a client at the first SIGTERM or SIGINT, and then ends the program as the signal would have. A second signal
 * ends it at once, but not within a second, as some send the first one twice. Where the program listens for the signal
 * as well, its listeners hear it again once the client is closed, and it is theirs to end the program.
 *
 * It needs no permission; without `--allow-run` Deno 2.8.0 and older exit with the status that shells give
 * the signal. Where Deno has no signals it does nothing.
 *
 * A closed client takes no more events. A server that finishes its requests first does so in `close`:
 * `closeOnSignal({ async close(options) { await server.shutdown(); return client.close(options); } })`. That waits
 * for streams without a limit, beyond `timeout` as well.
 *
 * @returns a function that takes the listeners away again
 * @throws {TypeError} for a signal that cannot be listened for, for something that is not a client, and for a `timeout`
 *   that is not a length of time
 * @example
 * ```ts
 * import { closeOnSignal, createClient } from "@intercom-events/deno";
 *
 * const client = createClient({ token: Deno.env.get("INTERCOM_ACCESS_TOKEN")! });
 * closeOnSignal(client, { timeout: 5_000 });
 * ```
 */
export function closeOnSignal(
  client: Pick<Client<never>, "close">,
  { signals, timeout = 10_000, onClosed }: CloseOnSignalOptions = {},
): () => void {
  if (typeof client?.close !== "function")
    throw new TypeError(`Cannot close on a signal: "client" must have a "close", got ${typeof client}`);
  if (typeof timeout !== "number" || !(timeout >= 0))
    throw new TypeError(`Cannot close on a signal: "timeout" must be milliseconds, got ${typeof timeout}`);
  const listeners = new Map<ClosingSignal, () => void>();
  let heard: ClosingSignal | undefined;

  async function close(signal: ClosingSignal): Promise<void> {
    const isFirst = heard === undefined;
    heard = signal; // The latest ends the program, which may listen for the first itself.
    if (!isFirst) return;
    const stop = denoClock.after(SAME_SIGNAL, remove);
    countClosing(1);
    // A rejection would end the program before the others are closed, or never, where it listens for those.
    try {
      await tell(await client.close({ timeout }));
    } catch (error) {
      // Nobody else would say that events are lost.
      console.warn("intercom-events: Cannot close on a signal:", error);
    }
    stop();
    remove();
    if (countClosing(-1) === 0) endBy(heard);
  }

  async function tell(report: CloseReport): Promise<void> {
    try {
      await onClosed?.(report);
    } catch {
      // It has heard what was left.
    }
  }

  function remove(): void {
    for (const [signal, listener] of listeners) Deno.removeSignalListener(signal, listener);
    listeners.clear();
  }

  if (Deno.addSignalListener === undefined) return remove;
  const wanted = new Set(signals ?? defaultSignals());
  try {
    for (const signal of wanted) {
      const listener = () => void close(signal);
      Deno.addSignalListener(signal, listener);
      listeners.set(signal, listener);
    }
  } catch (cause) {
    remove(); // Nobody could take away the others.
    const names = [...wanted].map((signal) => JSON.stringify(signal)).join(", ");
    throw new TypeError(
      `Cannot close on a signal: "signals" must be some that can be listened for, got ${names}`,
      { cause },
    );
  }
  return remove;
}

/** Counts the clients that are being closed, by any copy of this package: the program ends with the last of them. */
function countClosing(more: number): number {
  const shared = globalThis as unknown as Record<symbol, number | undefined>;
  const key = Symbol.for("intercom-events.closing");
  const count = (shared[key] ?? 0) + more;
  shared[key] = count;
  return count;
}

function endBy(signal: ClosingSignal): void {
  // A program that has nothing else to do would end before, as if there had been no signal.
  setTimeout(() => undefined, ARRIVAL);
  try {
    Deno.kill(Deno.pid, signal);
  } catch {
    // Up to 2.8.0 that took --allow-run: https://github.com/denoland/deno/pull/34382
    Deno.exit(128 + NUMBERS[signal]);
  }
}

function defaultSignals(): readonly ClosingSignal[] {
  return Deno.build.os === "windows" ? ["SIGINT", "SIGBREAK"] : ["SIGTERM", "SIGINT"];
}
