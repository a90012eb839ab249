import type { Clock } from "./clock.ts";
import { describe } from "./describe.ts";
import type { HeldEvents } from "./held-events.ts";
import { leaseEnd } from "./lease-end.ts";
import type { Outbox, OutboxRecord } from "./outbox.ts";
import type { OutboxChanges } from "./outbox-changes.ts";
import type { OutboxTrouble } from "./outbox-trouble.ts";
import type { PendingEvent } from "./pending-event.ts";
import { isObject } from "./tag-of.ts";
import type { UnwrittenEvents } from "./unwritten-events.ts";

/** Takes events that are due from an outbox into memory; {@link createOutboxReader}. */
export interface OutboxReader {
  /** Takes over what is due as far as memory has room, and returns how many events that were. */
  refill(): Promise<number>;
  /** What is under way of that. */
  underWay(): Promise<number> | undefined;
  /** Whether there may be more in the outbox than in memory. */
  hasMore(): boolean;
  /** Tells that there is. */
  expectMore(): void;
  /** Looks time and again for what is due at a time, until all of it has been looked for. */
  lookUntil(dueAt: number): void;
  /** Begins nothing any more, and what is under way hands out no events. */
  stop(): void;
}

/** What a reader is made of. */
export interface OutboxReaderOptions {
  readonly outbox: Outbox;
  readonly clock: Clock;
  readonly unwritten: UnwrittenEvents;
  readonly held: HeldEvents;
  readonly changes: OutboxChanges;
  /** Takes over an event that the outbox has handed out. */
  readonly revive: (record: OutboxRecord) => PendingEvent;
  /** Told that the outbox has handed out more than there is room for, which was parked. */
  readonly parked: () => void;
  readonly trouble: OutboxTrouble;
}

/** Milliseconds after which is looked again for events that could not be read, or have left memory for a shorter time. */
const LOOK = 1000;

/** A reader that has read nothing. */
export function createOutboxReader(options: OutboxReaderOptions): OutboxReader {
  const { outbox, clock, unwritten, held, changes, revive, parked, trouble } = options;
  let hasMore = true;
  let isStopped = false;
  let refilling: Promise<number> | undefined;
  /** Up to when what is due has been looked for. */
  let leasedUntil = 0;
  let lookedForUntil = 0;
  let cancelLook: (() => void) | undefined;

  function refill(): Promise<number> {
    if (refilling) return refilling;
    const forget = changes.remember();
    refilling = lease().finally(() => {
      refilling = undefined;
      forget();
    });
    return refilling;
  }

  async function lease(): Promise<number> {
    const limit = held.room();
    if (limit <= 0 || isStopped) return 0;
    const isWhole = changes.isParkingDone(); // What is not written yet is not found.
    const now = clock.now();
    let records: OutboxRecord[];
    try {
      hasMore = !isWhole; // What is appended from here on may be missed, and says so.
      records = await outbox.lease({ limit, now, until: leaseEnd(now) });
      if (!Array.isArray(records)) throw new TypeError('"lease" must answer a list of records');
      if (isWhole) leasedUntil = now;
    } catch (error) {
      hasMore = true;
      trouble.tell(error, "read events");
      lookUntil(clock.now());
      return 0;
    }
    trouble.works("read events");
    if (isStopped) return 0; // They are given back, as nothing is sent any more.
    if (records.length === limit) hasMore = true;
    const sound = records.filter(isSound);
    held.learn(sound);
    return take(sound, now);
  }

  function isSound(record: OutboxRecord): boolean {
    const problem = problemOf(record);
    if (problem) trouble.tell(new TypeError(`"lease" must answer ${problem}`), "read all events");
    return problem === undefined;
  }

  /** Holds what is to be sent of records that the outbox has handed out, and returns how many they are. */
  function take(records: readonly OutboxRecord[], now: number): number {
    let taken = 0;
    let isFull = false;
    for (const leased of records) {
      // Its lease had run out, nobody else has taken it, and what became of it may not be written yet.
      const record = changes.parked(leased.id) ?? leased;
      if (held.byId.has(record.id) || changes.hasEnded(record.id) || record.dueAt > now) continue;
      if (unwritten.handOut(record.id)) continue; // It is taken over once it is known to be kept.
      isFull ||= !held.hasRoomForOne(record);
      if (isFull) {
        // And those after it, so that it is not passed by for ever. A copy, as what is being written does not count.
        changes.park({ ...record });
        continue;
      }
      changes.unpark(record.id);
      held.hold(revive(record));
      taken += 1;
    }
    if (isFull) {
      hasMore = true;
      parked();
    }
    return taken;
  }

  function lookUntil(dueAt: number): void {
    lookedForUntil = Math.max(lookedForUntil, dueAt);
    if (!isStopped) cancelLook ??= clock.after(LOOK, look);
  }

  async function look(): Promise<void> {
    await refill(); // It may have begun before all was due.
    cancelLook = undefined;
    if (leasedUntil < lookedForUntil) lookUntil(0);
  }

  return {
    refill,
    underWay: () => refilling,
    hasMore: () => hasMore,
    expectMore() {
      hasMore = true;
    },
    lookUntil,
    stop() {
      isStopped = true;
      cancelLook?.();
    },
  };
}

const FIELDS = [
  ["id", "string"],
  ["body", "string"],
  ["trackedAt", "number"],
  ["attempts", "number"],
  ["failures", "number"],
  ["missingSince", "number"],
  ["dueAt", "number"],
] as const;

/** Why a record is none: failures counted as the text "1" would become 11, and then 111. */
function problemOf(record: OutboxRecord): string | undefined {
  if (typeof record !== "object" || record === null)
    return `records that are objects, got ${describe(record)}`;
  for (const [field, type] of FIELDS) {
    const value: unknown = record[field];
    if (value === undefined && field === "missingSince") continue;
    if (typeof value !== type || Number.isNaN(value))
      return `records whose ${field} is a ${type}, got ${Number.isNaN(value) ? "NaN" : typeof value}`;
  }
  return isJsonObject(record.body) ? undefined : "records whose body is a JSON object";
}

/** Whether listeners can be told of an event. */
function isJsonObject(body: string): boolean {
  try {
    return isObject(JSON.parse(body));
  } catch {
    return false;
  }
}
