import type { DeadLetter } from "@intercom-events/core";
import { ask, type Stores } from "./indexed-db.ts";

/**
 * What is kept of all events together, so that nothing has to be read through: how many there are, the
 * characters of their bodies, and the dead letters, the oldest first.
 */
export interface Summary {
  events: number;
  bytes: number;
  letters: DeadLetter[];
}

/** The one there is, or one of nothing. */
export async function readSummary(stores: Stores): Promise<Summary> {
  return (await ask(stores("summary").get(0))) ?? { events: 0, bytes: 0, letters: [] };
}

/** Puts it in the place of the one before. */
export function writeSummary(stores: Stores, summary: Summary): void {
  stores("summary").put(summary, 0);
}
