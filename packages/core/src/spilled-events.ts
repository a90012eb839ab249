import type { EventIds } from "./event-ids.ts";
import type { DeadLetter } from "./outbox.ts";
import type { Outcome, Receipt } from "./outcome.ts";
import { createOwedReceipts } from "./owed-receipts.ts";
import type { PendingEvent } from "./pending-event.ts";

/** Own events that are in the outbox alone; {@link createSpilledEvents}. */
export interface SpilledEvents {
  add(event: PendingEvent): void;
  /** Takes out one that comes back to memory, and answers its receipt if anybody holds that. */
  take(id: string): Receipt | undefined;
  count(): number;
  /** Tells that somebody waits for a receipt. */
  want(receipt: Receipt): void;
  /**
   * Notes that this client tells how an event ends without its outbox, which may have it among its dead letters,
   * or keep it although it said that it does not.
   */
  bury(id: string): void;
  /** Whether that is noted of an event. */
  isBuried(id: string): boolean;
  /**
   * Takes out all, as the outbox holds none of them any more: another process has taken them over. What
   * an outbox forgets is accepted, and all else is among its dead letters.
   */
  endAll(letters: AsyncIterable<DeadLetter>): Promise<void>;
}

/** As many dead letters as an outbox keeps unless it is told otherwise. */
const MAX_BURIED = 10_000;

const ACCEPTED: Outcome = { status: "accepted", attempts: 0 };

/**
 * No spilled events.
 *
 * @param ended told of each event that another process has ended, with its number and its receipt if
 *   they are known
 */
export function createSpilledEvents(
  ids: EventIds,
  ended: (outcome: Outcome, sequence: number | undefined, receipt: Receipt | undefined) => void,
): SpilledEvents {
  const owed = createOwedReceipts();
  const buried = new Set<string>();
  let count = 0;
  let added = 0;

  function end(outcome: Outcome, id?: string): void {
    if (count === 0) return;
    count -= 1;
    if (id === undefined) ended(outcome, undefined, undefined);
    else ended(outcome, ids.sequenceOf(id), owed.take(id));
  }

  function bury(id: string): void {
    buried.add(id);
    for (const oldest of buried) {
      if (buried.size <= MAX_BURIED) return;
      buried.delete(oldest);
    }
  }

  return {
    add({ id, receipt }) {
      count += 1;
      added += 1;
      if (receipt && id !== undefined) owed.add(id, receipt);
    },
    take(id) {
      count -= 1;
      return owed.take(id);
    },
    count: () => count,
    want: owed.want,
    bury,
    isBuried: (id) => buried.has(id),
    async endAll(letters) {
      const addedBefore = added;
      const others = new Map<string, Outcome>();
      for await (const { record, outcome } of letters) {
        const isOwn = ids.sequenceOf(record.id) !== undefined;
        if (isOwn && !buried.has(record.id)) others.set(record.id, outcome);
      }
      if (added !== addedBefore) return; // The outbox holds events again, so this is for another time.
      for (const id of others.keys()) bury(id); // It stays among the dead letters, and is not to be counted again.
      // First those that are known to be among them: a letter may be of one that has ended here as well.
      for (const id of owed.ids()) {
        end(others.get(id) ?? ACCEPTED, id);
        others.delete(id);
      }
      for (const [id, outcome] of others) end(outcome, id);
      while (count > 0) end(ACCEPTED); // Nobody holds their receipts any more.
    },
  };
}
