import type { OutboxRecord } from "@intercom-events/core";
import { ask, type Stores } from "./indexed-db.ts";

/** An event and its lease. */
export interface Kept extends OutboxRecord {
  /** The outbox that leased it last; 0 once it gave it back. */
  readonly owner: number;
  readonly leaseUntil: number;
}

/** Events that are read at once. */
const PAGE = 100;

/** The events in the order of their ids: a page at a time, which is faster than one by one, or all of many. */
export async function* readEvents(stores: Stores): AsyncGenerator<Kept, void> {
  let last: string | undefined = "";
  do {
    const page: Kept[] = await ask(stores("events").getAll(IDBKeyRange.lowerBound(last, true), PAGE));
    yield* page;
    last = page[PAGE - 1]?.id;
  } while (last);
}

/** The event of an id, if it is there. */
export function findEvent(stores: Stores, id: string): Promise<Kept | undefined> {
  return ask(stores("events").get(id));
}

/** The event without its lease. */
export function recordOf({ owner, leaseUntil, ...record }: Kept): OutboxRecord {
  return record;
}
