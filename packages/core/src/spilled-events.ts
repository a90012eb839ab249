import { describe } from "./describe.ts";
import type { EventIds } from "./event-ids.ts";
import { isOutcome } from "./is-outcome.ts";
import type { DeadLetter, Ending } from "./outbox.ts";
import type { Outcome, Receipt } from "./outcome.ts";
import { createOwedReceipts } from "./owed-receipts.ts";
import type { PendingEvent } from "./pending-event.ts";

/** Own events that are in the outbox alone; {@link createSpilledEvents}. */
export interface SpilledEvents {
  add(event: PendingEvent): void;
  /**
   * Takes out one that comes back to memory, without its receipt.
   *
   * @returns its number; `undefined` of an event that is none of these: another process has tracked it, or it has ended
   */
  take(id: string): number | undefined;
  count(): number;
  /** Tells that somebody waits for a receipt. */
  want(sequence: number, receipt: Receipt): void;
  /** Notes how one has ended that came back, and returns its receipt if somebody waits for it. */
  end(sequence: number, outcome: Outcome): Receipt | undefined;
  /**
   * Notes that this client tells how an event ends without its outbox, which may have it among its dead letters,
   * or keep it although it said that it does not.
   */
  bury(id: string): void;
  /** Notes that Intercom has an event, whose end the store may lose and hand it out again. */
  accept(id: string): void;
  /**
   * Takes out those that the outbox holds no more: another process has taken them over. What an outbox
   * forgets is taken for accepted, and all else is among its dead letters, unless those were too many. What
   * changes while they are read may have some of them found only the next time, and never one that is there.
   */
  endMissing(kept: KeptElsewhere): Promise<void>;
}

/** What an outbox holds, beside what memory does. */
export interface KeptElsewhere {
  /** The ids of all events of the outbox. */
  ids(): AsyncIterable<string>;
  /** Its dead letters. */
  deadLetters(): AsyncIterable<DeadLetter>;
  /** The events of the outbox that are in memory, by their ids. */
  readonly held: ReadonlyMap<string, PendingEvent>;
  /** By their ids, those that have ended here, which the outbox has not been told. */
  readonly endings: ReadonlyMap<string, Outcome>;
  /** Resolves once the outbox has said what it has handed out by now, which whoever had it before may have ended. */
  readonly handedOut: () => Promise<unknown>;
}

/** As many of a kind at least as an outbox keeps dead letters unless it is told otherwise. */
const MAX_NOTED = 10_000;

const ACCEPTED: Outcome = { status: "accepted", attempts: 0 };

/**
 * No spilled events.
 *
 * @param ended told of each event that another process has ended, with its number and its receipt if
 *   they are known
 */
export function createSpilledEvents(
  eventIds: EventIds,
  ended: (outcome: Outcome, sequence: number | undefined, receipt: Receipt | undefined) => void,
): SpilledEvents {
  const owed = createOwedReceipts();
  const buried = createLatest();
  const accepted = createLatest();
  let count = 0;
  let added = 0;

  function end(outcome: Outcome, sequence?: number): void {
    if (count === 0) return;
    count -= 1;
    ended(outcome, sequence, sequence === undefined ? undefined : owed.end(sequence, outcome));
  }

  const hasEnded = (id: string): boolean => buried.has(id) || accepted.has(id);

  return {
    add({ sequence, receipt }) {
      count += 1;
      added += 1;
      if (receipt) owed.add(sequence, receipt);
    },
    take(id) {
      // One that the outbox said it does not keep, or whose end its store has lost, is in the counts already.
      const sequence = count === 0 || hasEnded(id) ? undefined : eventIds.sequenceOf(id);
      if (sequence !== undefined) count -= 1;
      return sequence;
    },
    count: () => count,
    want: owed.want,
    end: owed.end,
    bury: buried.add,
    accept: accepted.add,
    async endMissing({ ids, deadLetters, held, endings, handedOut }) {
      const addedBefore = added;
      const sequenceOf = (id: string): number | undefined =>
        held.has(id) || endings.has(id) || hasEnded(id) ? undefined : eventIds.sequenceOf(id);
      let there = 0;
      for await (const id of ids()) if (sequenceOf(id) !== undefined) there += 1;
      // What was added meanwhile may be there without having been seen.
      const areMissing = (): boolean => count > there + added - addedBefore;
      if (!areMissing()) return;

      // Only now, as a program may hold a million receipts.
      const missing = new Set(owed.open());
      if (missing.size > 0) for await (const id of ids()) missing.delete(eventIds.sequenceOf(id) as number);
      const letters = await endingsOf(deadLetters(), sequenceOf);
      await handedOut();
      for (const { sequence } of held.values()) {
        missing.delete(sequence);
        letters.delete(sequence);
      }

      // First those that are known to be missing: a letter may be of one that has ended here as well.
      for (const sequence of owed.open()) {
        if (!missing.has(sequence)) continue;
        const letter = letters.get(sequence);
        letters.delete(sequence);
        if (letter) buried.add(letter.id); // It stays among the dead letters, and is not to be counted again.
        end(letter?.outcome ?? ACCEPTED, sequence);
      }
      for (const { id, outcome } of letters.values()) {
        if (!areMissing()) return;
        buried.add(id);
        end(outcome);
      }
      while (areMissing()) end(ACCEPTED); // Nobody holds their receipts any more.
    },
  };
}

/** How those dead letters have ended that have a number, by that. */
async function endingsOf(
  letters: AsyncIterable<DeadLetter>,
  numberOf: (id: string) => number | undefined,
): Promise<Map<number, Ending>> {
  const endings = new Map<number, Ending>();
  for await (const { record, outcome } of letters) {
    const number = numberOf(record.id);
    if (number === undefined) continue;
    if (!isOutcome(outcome))
      throw new TypeError(`"deadLetters" must answer outcomes, got ${describe(outcome)}`);
    endings.set(number, { id: record.id, outcome });
  }
  return endings;
}

/** The latest ids, up to twice {@link MAX_NOTED}: a set whose oldest is taken out each time is slow. */
function createLatest(): { add(id: string): void; has(id: string): boolean } {
  let older = new Set<string>();
  let latest = new Set<string>();
  return {
    add(id) {
      if (latest.size === MAX_NOTED) {
        older = latest;
        latest = new Set();
      }
      latest.add(id);
    },
    has: (id) => latest.has(id) || older.has(id),
  };
}
