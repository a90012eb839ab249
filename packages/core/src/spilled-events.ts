import type { EventIds } from "./event-ids.ts";
import type { DeadLetter } from "./outbox.ts";
import type { Outcome, Receipt } from "./outcome.ts";
import { createOwedReceipts } from "./owed-receipts.ts";
import type { PendingEvent } from "./pending-event.ts";

/** Own events that are in the outbox alone; {@link createSpilledEvents}. */
export interface SpilledEvents {
  add(event: PendingEvent): void;
  /** Takes out one that comes back to memory, without its receipt. */
  take(): void;
  count(): number;
  /** Tells that somebody waits for a receipt. */
  want(sequence: number, receipt: Receipt): void;
  /** Notes how one has ended that came back, and answers its receipt if somebody waits for it. */
  end(sequence: number, outcome: Outcome): Receipt | undefined;
  /**
   * Notes that this client tells how an event ends without its outbox, which may have it among its dead letters,
   * or keep it although it said that it does not.
   */
  bury(id: string): void;
  /** Whether that is noted of an event. */
  isBuried(id: string): boolean;
  /**
   * Takes out all, as the outbox holds none of them any more: another process has taken them over. What
   * an outbox forgets is taken for accepted, and all else is among its dead letters, unless those were too many.
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

  function end(outcome: Outcome, sequence?: number): void {
    if (count === 0) return;
    count -= 1;
    ended(outcome, sequence, sequence === undefined ? undefined : owed.end(sequence, outcome));
  }

  function bury(id: string): void {
    buried.add(id);
    for (const oldest of buried) {
      if (buried.size <= MAX_BURIED) return;
      buried.delete(oldest);
    }
  }

  return {
    add({ sequence, receipt }) {
      count += 1;
      added += 1;
      if (receipt) owed.add(sequence, receipt);
    },
    take() {
      count -= 1;
    },
    count: () => count,
    want: owed.want,
    end: owed.end,
    bury,
    isBuried: (id) => buried.has(id),
    async endAll(letters) {
      const addedBefore = added;
      const letterIds: string[] = [];
      const others = new Map<number, Outcome>();
      for await (const { record, outcome } of letters) {
        const sequence = ids.sequenceOf(record.id);
        if (sequence === undefined || buried.has(record.id)) continue;
        letterIds.push(record.id);
        others.set(sequence, outcome);
      }
      if (added !== addedBefore) return; // The outbox holds events again, so this is for another time.
      for (const id of letterIds) bury(id); // It stays among the dead letters, and is not to be counted again.
      // First those that are known to be among them: a letter may be of one that has ended here as well.
      for (const sequence of owed.open()) {
        end(others.get(sequence) ?? ACCEPTED, sequence);
        others.delete(sequence);
      }
      for (const [sequence, outcome] of others) end(outcome, sequence);
      while (count > 0) end(ACCEPTED); // Nobody holds their receipts any more.
    },
  };
}
