import type { Clock, Contact, Receipt, RelayResult } from "@intercom-events/core";
import type { CheckedEvent } from "./check-event.ts";
import type { RelayClient } from "./relay-options.ts";
import { ACCEPTED, RETRY, resultOf } from "./result-of.ts";

/** How events are handed to a client. */
export interface HandOverOptions {
  readonly client: RelayClient;
  readonly clock: Clock;
  readonly waitFor: "stored" | "outcome";
  /** Milliseconds. */
  readonly answerTimeout: number;
}

/**
 * Hands events to the client in their order, and returns what became of each; what was decided before
 * keeps its place. An event without an answer in time is left with the client, and may come again.
 */
export async function handOver(
  contact: Contact,
  events: readonly (CheckedEvent | RelayResult)[],
  { client, clock, waitFor, answerTimeout }: HandOverOptions,
): Promise<RelayResult[]> {
  const answer = waitFor === "stored" ? whenStored : whenEnded;
  const answers = events.map((event) =>
    isDecided(event) ? event : answer(client.track({ ...contact, ...event } as never), clock),
  );
  let cancel = (): void => undefined;
  const timeUp = new Promise<RelayResult>((resolve) => {
    cancel = clock.after(answerTimeout, () => resolve(RETRY));
  });
  try {
    return await Promise.all(answers.map((result) => Promise.race([result, timeUp])));
  } finally {
    cancel();
  }
}

function isDecided(event: CheckedEvent | RelayResult): event is RelayResult {
  return "status" in event;
}

async function whenEnded(receipt: Receipt): Promise<RelayResult> {
  return resultOf(await receipt);
}

/** Asks for the outcome only where it is known: who waits for one keeps the event in memory. */
async function whenStored(receipt: Receipt, clock: Clock): Promise<RelayResult> {
  if (await receipt.stored) return ACCEPTED;
  // No outcome yet means that the client holds in memory what its outbox has refused.
  return Promise.race([
    whenEnded(receipt),
    new Promise<RelayResult>((resolve) => clock.after(0, () => resolve(ACCEPTED))),
  ]);
}
