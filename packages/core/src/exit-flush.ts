import { callSafely } from "./call-safely.ts";
import type { Client } from "./client.ts";

/** What is flushed, and how. */
export interface Exiting {
  /** The client to flush. */
  readonly client: Pick<Client, "flush" | "stats">;
  /** Milliseconds to wait at most. */
  readonly timeout: number;
  /** Whether what is left is kept for the next program, so that there is nothing to say when this one ends at once. */
  readonly hasOutbox: boolean;
  /** Told of what is left. */
  readonly warn: (message: string) => void;
}

/** Milliseconds to wait while nothing is being sent. */
const PAUSED_TIMEOUT = 1000;

/**
 * Has clients flushed when a program has nothing else to do, each once and for a limited time, so that a
 * script that just ends loses nothing. Of one that ends in any other way it says what is left. For packages that build
 * on core.
 *
 * @param listen has one function called whenever the program has nothing else to do, which returns whether it has
 *   something to do now, and another one as the program ends. Returns a function that stops this
 * @param now milliseconds of a clock
 * @returns a function that adds a client, and returns one that removes it; each listener is one for all clients
 */
export function createExitFlush(
  listen: (onIdle: () => boolean, onEnd: () => void) => () => void,
  now: () => number,
): (exiting: Exiting) => () => void {
  const open = new Set<Exiting>();
  /** Those whose program has heard what is left of them. */
  const told = new WeakSet<Exiting>();
  /** Those that are being flushed, or were and have events left: waiting for them again could go on for ever. */
  const tried = new WeakSet<Exiting>();
  /** Those whose outbox has refused ends when they were flushed: they are not flushed again for these alone. */
  const refused = new WeakSet<Exiting>();
  let unlisten = (): void => undefined;

  function flushAll(): boolean {
    let isBusy = false;
    for (const exiting of open) {
      const { pending, unsettled } = exiting.client.stats();
      if (tried.has(exiting) || (pending === 0 && (!unsettled || refused.has(exiting)))) continue;
      isBusy = true;
      flush(exiting);
    }
    return isBusy;
  }

  async function flush(exiting: Exiting): Promise<void> {
    tried.add(exiting);
    const { client } = exiting;
    // While the token is refused nothing is sent, but an outbox still has to write.
    const timeout = client.stats().isPaused ? Math.min(exiting.timeout, PAUSED_TIMEOUT) : exiting.timeout;
    const deadline = now() + timeout;
    let pending: number;
    let unsettled: number | undefined; // Ends that an outbox has refused so far: flush has it asked once more.
    do {
      // Listeners may track more meanwhile.
      ({ pending, unsettled } = await client.flush({ timeout: Math.max(0, deadline - now()) }));
      // Once it is closed there is nothing to wait for.
    } while (pending > 0 && open.has(exiting) && now() < deadline);
    if (pending === 0) {
      if (unsettled) refused.add(exiting);
      tried.delete(exiting);
    } else if (open.has(exiting)) {
      tell(exiting, pending, 'on("retry") says why, close() waits longer');
    }
  }

  function tell(exiting: Exiting, pending: number, advice: string): void {
    told.add(exiting);
    const { client, warn } = exiting;
    const events = pending === 1 ? "an event that has" : `${pending} events that have`;
    const hint = client.stats().isPaused ? "the access token is refused" : advice;
    const warning = `intercom-events: The program ends with ${events} no outcome: ${hint}.`;
    callSafely(warn, warning, () => undefined); // A program that ends well is not to fail for a log.
  }

  /** Nothing can be waited for any more, as after `process.exit` or an error that nobody catches. */
  function tellAll(): void {
    for (const exiting of open) {
      const { pending } = exiting.client.stats();
      if (pending > 0 && !exiting.hasOutbox && !told.has(exiting))
        tell(exiting, pending, "await close() first");
    }
  }

  return (exiting) => {
    if (open.size === 0) unlisten = listen(flushAll, tellAll);
    open.add(exiting);
    return () => {
      if (open.delete(exiting) && open.size === 0) unlisten();
    };
  };
}
