import type { Clock } from "./clock.ts";
import { leaseEnd } from "./lease-end.ts";
import type { Ending, Outbox, OutboxRecord } from "./outbox.ts";
import type { OutboxTrouble } from "./outbox-trouble.ts";
import type { Outcome } from "./outcome.ts";

/** What has become of events of an outbox, until the outbox knows; {@link createOutboxChanges}. */
export interface OutboxChanges {
  /** Notes how an event has ended. */
  end(id: string, outcome: Outcome): void;
  /** Notes what became of an attempt of an event that stays in memory. */
  change(record: OutboxRecord): void;
  /** Notes that a record leaves memory, to be free for whoever leases it first. */
  park(record: OutboxRecord): void;
  /** The record as it was parked, while that is not written. */
  parked(id: string): OutboxRecord | undefined;
  /** Keeps a record after all: written later, that it is free would give away what is held. */
  unpark(id: string): void;
  /** Whether so much waits to be parked that no more should: it is in memory until it is written. */
  isParkingFull(): boolean;
  /** Whether all that was parked is written. */
  isParkingDone(): boolean;
  /** Whether an event has ended, and the outbox may hand it out all the same. */
  hasEnded(id: string): boolean;
  /** Has ends remembered that are written while the outbox is asked for records, until the returned function is called. */
  remember(): () => void;
  /** How events have ended that the outbox has not been told of, by their ids. */
  readonly endings: ReadonlyMap<string, Outcome>;
  isEmpty(): boolean;
  /** Writes how events have ended. @returns whether it is written */
  writeEndings(): Promise<boolean>;
  /** Writes all else. @returns whether it is written */
  writeRecords(): Promise<boolean>;
}

/** Records that are told of together: after an outage there may be any number, and a store takes some thousands. */
export const MOST_AT_ONCE = 2000;

/** What an outbox may not be able to do. */
const WRITE_ATTEMPTS = "write how often events were sent";
const WRITE_ENDS = "write how events have ended; another process may send them again";

/** No changes yet. */
export function createOutboxChanges(outbox: Outbox, clock: Clock, trouble: OutboxTrouble): OutboxChanges {
  const changed = new Map<string, OutboxRecord>();
  const parked = new Map<string, OutboxRecord>();
  const endings = new Map<string, Outcome>();
  /** Ids of those whose end was written while the outbox was asked for records. */
  const endedMeanwhile = new Set<string>();
  let isRemembering = false;

  async function update(
    records: Map<string, OutboxRecord>,
    leaseUntil: number | undefined,
  ): Promise<boolean> {
    const writing = first(records.values());
    if (writing.length === 0) return true; // All were taken back while others were written.
    try {
      await outbox.update([...writing], leaseUntil); // The list is the outbox's, to empty it for instance.
    } catch (error) {
      trouble.tell(error, WRITE_ATTEMPTS);
      return false;
    }
    trouble.works(WRITE_ATTEMPTS);
    for (const record of writing) if (records.get(record.id) === record) records.delete(record.id);
    return true;
  }

  async function settle(): Promise<boolean> {
    const writing = first(endings);
    try {
      await outbox.settle(
        writing.map(([id, outcome]): Ending => ({ id, outcome })),
        clock.now(),
      );
    } catch (error) {
      trouble.tell(error, WRITE_ENDS);
      return false;
    }
    trouble.works(WRITE_ENDS);
    for (const [id] of writing) {
      endings.delete(id);
      if (isRemembering) endedMeanwhile.add(id);
    }
    return true;
  }

  return {
    end(id, outcome) {
      changed.delete(id);
      endings.set(id, outcome);
    },
    change: (record) => void changed.set(record.id, record),
    park(record) {
      changed.delete(record.id);
      parked.set(record.id, record);
    },
    parked: (id) => parked.get(id),
    unpark: (id) => void parked.delete(id),
    isParkingFull: () => parked.size >= MOST_AT_ONCE,
    isParkingDone: () => parked.size === 0,
    hasEnded: (id) => endings.has(id) || endedMeanwhile.has(id),
    remember() {
      isRemembering = true;
      return () => {
        isRemembering = false;
        endedMeanwhile.clear();
      };
    },
    endings,
    isEmpty: () => endings.size + changed.size + parked.size === 0,
    writeEndings: () => inParts(endings.size, settle),
    writeRecords: async () =>
      (await inParts(changed.size, () => update(changed, leaseEnd(clock.now())))) &&
      inParts(parked.size, () => update(parked, undefined)),
  };
}

/** The first so many. */
function first<T>(all: Iterable<T>): T[] {
  const found: T[] = [];
  for (const each of all) {
    if (found.length === MOST_AT_ONCE) break;
    found.push(each);
  }
  return found;
}

/** Writes so many, part by part, and returns whether they are written. */
async function inParts(count: number, write: () => Promise<boolean>): Promise<boolean> {
  for (let left = count; left > 0; left -= MOST_AT_ONCE) if (!(await write())) return false;
  return true;
}
