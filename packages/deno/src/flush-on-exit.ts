import type { Client } from "@intercom-events/core";

/** What is flushed, and how. */
export interface Exiting {
  readonly client: Pick<Client<never>, "flush" | "stats">;
  /** Milliseconds to wait at most. */
  readonly timeout: number;
  /** Told of what is left. */
  readonly warn: (message: string) => void;
}

/** Milliseconds to wait while nothing is being sent. */
const PAUSED_TIMEOUT = 1000;

const open = new Set<Exiting>();
/** Those that are being flushed, or were and have events left: waiting for them again could go on for ever. */
const tried = new WeakSet<Exiting>();

/**
 * Has a client flushed when the program has nothing else to do (`beforeunload`, which Deno dispatches
 * then), once and for a limited time, so that a script that just ends loses nothing. There is one
 * listener for all clients.
 *
 * @returns ends that
 */
export function flushOnExit(exiting: Exiting): () => void {
  if (open.size === 0) globalThis.addEventListener("beforeunload", flushAll);
  open.add(exiting);
  return () => {
    open.delete(exiting);
    if (open.size === 0) globalThis.removeEventListener("beforeunload", flushAll);
  };
}

function flushAll(event: Event): void {
  for (const exiting of open) {
    if (tried.has(exiting) || exiting.client.stats().pending === 0) continue;
    event.preventDefault(); // Otherwise Deno ends, whatever has been started here.
    flush(exiting);
  }
}

async function flush(exiting: Exiting): Promise<void> {
  tried.add(exiting);
  const { client, warn } = exiting;
  // While the token is refused nothing is sent, but an outbox still has to write.
  const timeout = client.stats().isPaused ? Math.min(exiting.timeout, PAUSED_TIMEOUT) : exiting.timeout;
  const deadline = performance.now() + timeout;
  let pending: number;
  do {
    // Listeners may track more meanwhile.
    ({ pending } = await client.flush({ timeout: Math.max(0, deadline - performance.now()) }));
  } while (pending > 0 && performance.now() < deadline);
  if (pending === 0) {
    tried.delete(exiting);
  } else if (open.has(exiting)) {
    warn(
      `intercom-events: The program ends with ${pending} events that have no outcome; close() says more and waits longer.`,
    );
  }
}
