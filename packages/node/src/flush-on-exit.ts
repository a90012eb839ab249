import type { Client } from "@intercom-events/core";

/** What is flushed, and how. */
interface Exiting {
  readonly client: Pick<Client<never>, "flush" | "stats">;
  /** Milliseconds to wait at most. */
  readonly timeout: number;
  /** Told of what is left. */
  readonly warn: (message: string) => void;
}

/** Milliseconds to wait while nothing is being sent. */
const PAUSED_TIMEOUT = 1000;

const open = new Set<Exiting>();

/**
 * Has a client flushed when the process has nothing else to do (Node's `beforeExit`), once and for a
 * limited time, so that a script that just ends loses nothing. There is one listener for all clients.
 *
 * @returns ends that
 */
export function flushOnExit(exiting: Exiting): () => void {
  if (open.size === 0) process.on("beforeExit", flushAll);
  open.add(exiting);
  return () => remove(exiting);
}

function remove(exiting: Exiting): void {
  if (open.delete(exiting) && open.size === 0) process.off("beforeExit", flushAll);
}

function flushAll(): void {
  for (const exiting of open) flush(exiting);
}

async function flush(exiting: Exiting): Promise<void> {
  const { client, timeout, warn } = exiting;
  if (client.stats().pending === 0) return;
  remove(exiting); // A process that waits for the same events again and again would never end.
  // While the token is refused nothing is sent, but an outbox still has to write.
  const { pending } = await client.flush({
    timeout: client.stats().isPaused ? Math.min(timeout, PAUSED_TIMEOUT) : timeout,
  });
  if (pending > 0) {
    warn(
      `intercom-events: The process ends with ${pending} events that have no outcome; close() says more and waits longer.`,
    );
  } else if (client.stats().pending === 0) {
    flushOnExit(exiting);
  }
}
