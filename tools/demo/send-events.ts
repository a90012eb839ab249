import type { Client, TrackedEvent } from "@intercom-events/core";
import type { Occasion } from "./events.ts";
import { outcomeText } from "./outcome-text.ts";

/** Where a server's events go, and for whom they are. Plain data: Deno gets it as JSON. */
export interface Assignment extends Occasion {
  readonly baseUrl: string;
  readonly token: string;
}

/** An event that was tracked, and how it ended. */
export interface Sent {
  readonly eventName: string;
  /** As in `user_id 314159`. */
  readonly contact: string;
  /** As in `accepted`. */
  readonly outcome: string;
}

/** What a runtime says in the end. */
export interface RuntimeReport {
  /** The runtime's own, as in `24.21.0`. */
  readonly version: string;
  readonly sent: readonly Sent[];
}

/** Milliseconds events have to end; what is left then is dropped as `closed`. */
const PATIENCE = 15_000;

/** Tracks the events all at once, waits for how they end, and closes the client. */
export async function sendEvents(client: Client, events: readonly TrackedEvent[]): Promise<Sent[]> {
  const receipts = events.map((event) => client.track(event));
  await client.close({ timeout: PATIENCE });
  const outcomes = await Promise.all(receipts);
  return events.map((event, index) => {
    const outcome = outcomes[index];
    return {
      eventName: event.eventName,
      contact: contactText(event),
      outcome: outcome ? outcomeText(outcome) : "none",
    };
  });
}

function contactText({ userId, email, id }: TrackedEvent): string {
  if (userId !== undefined) return `user_id ${userId}`;
  return email === undefined ? `lead ${id}` : `email ${email}`;
}
