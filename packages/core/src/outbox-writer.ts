import type { Clock } from "./clock.ts";
import type { HeldEvents } from "./held-events.ts";
import { leaseEnd } from "./lease-end.ts";
import type { Outbox } from "./outbox.ts";
import type { OutboxChanges } from "./outbox-changes.ts";
import type { OutboxReader } from "./outbox-reader.ts";
import { codeOf, type OutboxTrouble } from "./outbox-trouble.ts";
import type { PendingEvent } from "./pending-event.ts";
import { recordOf } from "./record-of.ts";
import type { UnwrittenEvents } from "./unwritten-events.ts";

/** Records written together. More would hold up the process. */
const BATCH = 250;

/** The same when the client closes, and nothing else is to be done. */
const CLOSING_BATCH = 1000;

/** Milliseconds after which a failure is one that others must not wait for as well. */
const SLOW_FAILURE = 1000;

/** Writes new events into an outbox; {@link createOutboxWriter}. */
export interface OutboxWriter {
  /** Writes the first events. */
  write(): Promise<void>;
  /** Has what is written from now on left to the next process, and what is refused dropped. */
  startClosing(): void;
  /** Writes all events. */
  writeAll(): Promise<void>;
}

/** What a writer is made of. */
export interface OutboxWriterOptions {
  readonly outbox: Outbox;
  readonly clock: Clock;
  /** The events to be written. */
  readonly unwritten: UnwrittenEvents;
  /** Those that stay in memory once they are written, as far as there is room. */
  readonly held: HeldEvents;
  readonly changes: OutboxChanges;
  readonly reader: OutboxReader;
  readonly trouble: OutboxTrouble;
  /** Takes an event to be delivered, `isStored` unless it is in memory alone. */
  readonly deliver: (event: PendingEvent, isStored: boolean) => void;
  /** Told of an event that the outbox holds, and that leaves memory. */
  readonly spill: (event: PendingEvent) => void;
  /** Told of an event that the outbox has refused. */
  readonly refuse: (event: PendingEvent) => void;
  /** Whether events that the outbox refuses are delivered from memory. */
  readonly fallsBack: boolean;
}

/** A writer that has nothing under way. */
export function createOutboxWriter(options: OutboxWriterOptions): OutboxWriter {
  const { outbox, clock, unwritten, held, changes, reader, trouble, deliver, spill, refuse, fallsBack } =
    options;
  let isClosing = false;
  /** Whether an event has been refused in this round of writing as there is no room, and all that follow may be. */
  let isFull = false;

  /** Writes events, and returns whether it makes sense to write more. */
  async function append(batch: readonly PendingEvent[]): Promise<boolean> {
    if (batch.length === 0) return true;
    unwritten.begin(batch.length);
    // In order: what is written after events that wait in the outbox alone waits there too.
    const isLeased = !reader.hasMore() && !isClosing && held.hasRoomFor(batch);
    try {
      await outbox.append(
        batch.map((event) => recordOf(event, 0)),
        isLeased ? leaseEnd(clock.now()) : undefined,
      );
    } catch (error) {
      if (codeOf(error) === "full") {
        if (changes.endings.size > 0 && (await changes.writeEndings())) return append(batch); // They leave room.
        if (batch.length > 1) return appendParts(batch);
        isFull = true;
      }
      trouble.tell(error, "keep events");
      for (const event of batch) notKept(event);
      return codeOf(error) === "full";
    }
    trouble.works("keep events");
    for (const event of batch) kept(event, isLeased);
    return true;
  }

  /** Writes events that do not fit together: some of them may, and others may have made room. */
  async function appendParts(batch: readonly PendingEvent[]): Promise<boolean> {
    const size = isFull ? 1 : batch.length >> 1;
    for (let first = 0; first < batch.length; first += size)
      if (!(await append(batch.slice(first, first + size).filter(unwritten.has)))) return false;
    return true;
  }

  /** Takes all that is not written for refused. */
  function refuseAll(): void {
    const all = unwritten.first(Number.POSITIVE_INFINITY);
    unwritten.begin(all.length);
    for (const event of all) notKept(event);
  }

  function notKept(event: PendingEvent): void {
    unwritten.end(event);
    if (fallsBack && !isClosing) deliver(event, false);
    else refuse(event);
  }

  function kept(event: PendingEvent, isLeased: boolean): void {
    const isHandedOut = unwritten.end(event);
    if (isLeased && !isClosing) {
      held.hold(event);
      deliver(event, true);
      return;
    }
    reader.expectMore();
    if (isHandedOut) changes.park(recordOf(event, 0));
    spill(event);
  }

  return {
    async write() {
      const startedAt = clock.now();
      isFull = false;
      const works = await append(unwritten.first(BATCH));
      // What has waited for a failure is not to wait for the next one.
      if (!works && fallsBack && !isClosing && clock.now() - startedAt > SLOW_FAILURE) refuseAll();
    },
    startClosing() {
      isClosing = true;
    },
    async writeAll() {
      // An outbox that is in use elsewhere is waited for once, and not with each batch.
      while (unwritten.size() > 0) if (!(await append(unwritten.first(CLOSING_BATCH)))) refuseAll();
    },
  };
}
