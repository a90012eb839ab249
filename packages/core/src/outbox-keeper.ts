import type { Clock } from "./clock.ts";
import { messageOf } from "./describe.ts";
import { type Ending, type Outbox, OutboxError, type OutboxRecord } from "./outbox.ts";
import type { Outcome } from "./outcome.ts";
import type { PendingEvent } from "./pending-event.ts";
import type { QueuePolicy } from "./resolve-delivery.ts";
import { createSpacedWork } from "./spaced-work.ts";
import type { KeptElsewhere } from "./spilled-events.ts";

/** Events of an outbox that are in memory at the same time at most; the others wait in the outbox alone. */
const MAX_WINDOW = 2000;

/** Milliseconds after which others may take over what this process holds, unless it says it lives. */
const LEASE = 30_000;

/** Milliseconds after which it says so, and looks for what others have left. */
const ROUND = 10_000;

/** Records written together. More would hold up the process. */
const BATCH = 250;

/** Milliseconds that changes of records are collected before they are written together. */
const CHANGES_WAIT = 50;

/** An event that is due later than so many milliseconds from now leaves memory, though there is room for it. */
const LONG = 60_000;

/** Milliseconds after which is looked again for events that could not be read, or have left memory for a shorter time. */
const LOOK = 1000;

/** Milliseconds to wait before writing again what could not be written. */
const FAILURE_WAIT = 1000;

/** Thrown where an outbox does not tell which events it holds. */
const UNTOLD = /* @__PURE__ */ new Error("untold");

/** Moves events between memory and an outbox; {@link createOutboxKeeper}. */
export interface OutboxKeeper {
  /** Has an event written, together with all that are added in the same tick. */
  add(event: PendingEvent): void;
  /** Takes out the event that has waited longest to be written. */
  takeOldest(): PendingEvent | undefined;
  /** Events that are not written yet. */
  size(): number;
  /** Whether the outbox holds an event that is in memory. */
  holds(event: PendingEvent): boolean;
  /** Has the end of an event written. */
  ended(event: PendingEvent, outcome: Outcome): void;
  /**
   * Has what became of an attempt written. An event that is due much later leaves memory, and any that has to wait
   * while memory is half full: the other half is for those that can be sent.
   *
   * @returns whether it has left
   */
  retried(event: PendingEvent, dueAt: number): boolean;
  /** Takes over what is due as far as memory has room, and answers how many events that were. */
  refill(): Promise<number>;
  /** Whether there may be more in the outbox than in memory. */
  mayHaveMore(): boolean;
  /** Looks time and again for what has ended elsewhere, until the answered function is called. */
  watch(): () => void;
  /** Writes at once what has become of events. */
  sync(): Promise<void>;
  /** Writes what is left to write and closes the outbox. */
  close(): Promise<void>;
}

/** What a keeper is made of. */
export interface OutboxKeeperOptions {
  readonly outbox: Outbox;
  readonly clock: Clock;
  /** What memory has room for. */
  readonly bounds: Pick<QueuePolicy, "maxEvents" | "maxBytes">;
  /** How many events are being delivered. */
  readonly delivering: () => number;
  /** Takes an event to be delivered, `isStored` unless it is in memory alone. */
  readonly deliver: (event: PendingEvent, isStored: boolean) => void;
  /** Told of an event that the outbox holds, and that leaves memory. */
  readonly spill: (event: PendingEvent) => void;
  /** Told of an event that the outbox has refused. */
  readonly refuse: (event: PendingEvent) => void;
  /** Takes over an event that the outbox has handed out. */
  readonly revive: (record: OutboxRecord) => PendingEvent;
  /** Events that the outbox should hold, besides those in memory. */
  readonly spilled: () => number;
  /** Ends those of them that have ended elsewhere. */
  readonly endMissing: (kept: KeptElsewhere) => Promise<void>;
  /** Told, in words, what the outbox cannot do. */
  readonly warn: (kind: string, message: string) => void;
  /** Whether events that the outbox refuses are delivered from memory. */
  readonly fallsBack: boolean;
}

/** A keeper that takes over at once what earlier processes have left. */
export function createOutboxKeeper(options: OutboxKeeperOptions): OutboxKeeper {
  const {
    outbox,
    clock,
    bounds,
    delivering,
    deliver,
    spill,
    refuse,
    revive,
    spilled,
    endMissing,
    warn,
    fallsBack,
  } = options;
  // The other half is for what is being written.
  const window = Math.min(Math.ceil(bounds.maxEvents / 2), MAX_WINDOW);
  const maxHeldBytes = bounds.maxBytes / 2;
  const unwritten = new Set<PendingEvent>();
  /** The first of them that are being written just now. */
  let beingWritten = 0;
  /** Ids of those that the outbox has handed out before it said that it keeps them. */
  const handedOut = new Set<string>();
  const held = new Map<string, PendingEvent>();
  /** Characters of their bodies. */
  let heldBytes = 0;
  /** Characters of a record, as those leased last have them. */
  let usualBytes = 0;
  const changed = new Map<string, OutboxRecord>();
  /** Records that have left memory, to be free for whoever leases them first. */
  const parked = new Map<string, OutboxRecord>();
  const endings = new Map<string, Outcome>();
  /** Ids of those whose end was written while the outbox was asked for more: it may hand them out all the same. */
  const endedMeanwhile = new Set<string>();
  /** Whether there may be more in the outbox than in memory. */
  let hasMore = true;
  let isClosing = false;
  let work: Promise<void> | undefined;
  let cancelWork = (): void => undefined;
  let workAt = Number.POSITIVE_INFINITY;
  let cancelRound = (): void => undefined;
  let cancelLook: (() => void) | undefined;
  let lookedForUntil = 0;
  /** Up to when what is due has been looked for. */
  let leasedUntil = 0;
  let refilling: Promise<number> | undefined;
  let hasFailed = false;
  let letGo: (() => void) | undefined;
  const search = createSpacedWork(clock, findMissing);

  function schedule(wait: number): void {
    const at = clock.now() + wait;
    if (isClosing || work || at >= workAt) return;
    cancelWork();
    workAt = at;
    // What could not be written keeps no process alive; what was not tried does.
    if (!hasFailed) letGo ??= clock.keepAlive?.();
    cancelWork = wait === 0 && clock.soon ? clock.soon(start) : clock.after(wait, start);
  }

  function start(): Promise<void> {
    cancelWork();
    workAt = Number.POSITIVE_INFINITY;
    work = write().finally(() => {
      work = undefined;
      letGo?.();
      letGo = undefined;
      if (unwritten.size > 0) schedule(0);
      else if (hasChanges()) schedule(hasFailed ? FAILURE_WAIT : CHANGES_WAIT);
    });
    return work;
  }

  const hasChanges = (): boolean => endings.size + changed.size + parked.size > 0;

  /** Writes what there is to write, ends first: they leave room. */
  async function write(): Promise<void> {
    hasFailed = !(await writeEndings()) || !(await writeChanges());
    await append(nextBatch());
    if (!wantsMore()) return;
    await refilling; // It may have begun before all this was written.
    await refill();
  }

  async function writeEndings(): Promise<boolean> {
    const writing: Ending[] = [...endings].map(([id, outcome]) => ({ id, outcome }));
    if (writing.length === 0) return true;
    try {
      await outbox.settle(writing, clock.now());
    } catch (error) {
      tell(error, "write how events have ended; another process may send them again");
      return false;
    }
    for (const { id } of writing) {
      endings.delete(id);
      if (refilling) endedMeanwhile.add(id);
    }
    return true;
  }

  async function writeChanges(): Promise<boolean> {
    return (await update(changed, clock.now() + LEASE)) && (await update(parked, undefined));
  }

  async function update(
    records: Map<string, OutboxRecord>,
    leaseUntil: number | undefined,
  ): Promise<boolean> {
    const writing = [...records.values()];
    if (writing.length === 0) return true;
    try {
      await outbox.update(writing, leaseUntil);
    } catch (error) {
      tell(error, "write how often events were sent");
      return false;
    }
    for (const record of writing) if (records.get(record.id) === record) records.delete(record.id);
    return true;
  }

  function nextBatch(): PendingEvent[] {
    const batch: PendingEvent[] = [];
    for (const event of unwritten) {
      batch.push(event);
      if (batch.length === BATCH) break;
    }
    return batch;
  }

  async function append(batch: readonly PendingEvent[]): Promise<void> {
    if (batch.length === 0) return;
    beingWritten = batch.length;
    // In order: what is written after events that wait in the outbox alone waits there too.
    const isLeased =
      !hasMore &&
      !isClosing &&
      delivering() + batch.length <= window &&
      heldBytes + bytesOf(batch) <= maxHeldBytes;
    try {
      await outbox.append(
        batch.map((event) => recordOf(event, 0)),
        isLeased ? clock.now() + LEASE : undefined,
      );
    } catch (error) {
      if (batch.length > 1 && error instanceof OutboxError && error.code === "full") {
        const half = batch.length >> 1; // Some of them may fit.
        await append(batch.slice(0, half));
        return append(batch.slice(half).filter((event) => unwritten.has(event))); // Others have made room meanwhile.
      }
      tell(error, "keep events");
      for (const event of batch) {
        endWriting(event);
        handedOut.delete(event.id as string);
        if (fallsBack && !isClosing) deliver(event, false);
        else refuse(event);
      }
      return;
    }
    for (const event of batch) {
      const id = event.id as string;
      endWriting(event);
      const isOut = handedOut.delete(id);
      if (isLeased && !isClosing) {
        hold(id, event);
        deliver(event, true);
      } else {
        hasMore = true;
        if (isOut) parked.set(id, recordOf(event, 0));
        spill(event);
      }
    }
  }

  function hold(id: string, event: PendingEvent): void {
    held.set(id, event);
    heldBytes += event.body.length;
  }

  /** Not of one that is delivered from memory, which the outbox may hand out all the same. */
  const isHeld = (event: PendingEvent): boolean => held.get(event.id as string) === event;

  function release(id: string, { body }: PendingEvent): void {
    held.delete(id);
    heldBytes -= body.length;
  }

  /** One by one, as whoever is told of an event may track more, for which no other of its batch is to be taken out. */
  function endWriting(event: PendingEvent): void {
    unwritten.delete(event);
    beingWritten -= 1;
  }

  const hasEnded = (id: string): boolean => endings.has(id) || endedMeanwhile.has(id);

  function idsBeingWritten(): Set<string> {
    const ids = new Set<string>();
    for (const { id } of unwritten) {
      if (ids.size === beingWritten) break;
      ids.add(id as string);
    }
    return ids;
  }

  /** Whether memory is, or would be with so many more events. */
  const isHalfFull = (more = 0): boolean => delivering() + more > window / 2 || heldBytes > maxHeldBytes / 2;

  const wantsMore = (): boolean => hasMore && !isClosing && !isHalfFull();

  function refill(): Promise<number> {
    refilling ??= lease().finally(() => {
      refilling = undefined;
      endedMeanwhile.clear();
    });
    return refilling;
  }

  async function lease(): Promise<number> {
    const limit = leaseLimit();
    if (limit <= 0 || isClosing) return 0;
    const isWhole = parked.size === 0; // What is not written yet is not found.
    const now = clock.now();
    let records: OutboxRecord[];
    try {
      hasMore = !isWhole; // What is appended from here on may be missed, and says so.
      records = await outbox.lease({ limit, now, until: now + LEASE });
      if (!Array.isArray(records)) throw new TypeError('"lease" must answer a list of records');
      if (isWhole) leasedUntil = now;
    } catch (error) {
      hasMore = true;
      tell(error, "read events");
      lookUntil(clock.now());
      return 0;
    }
    if (isClosing) return 0; // They are given back, as nothing is sent any more.
    if (records.length === limit) hasMore = true;
    if (records.length > 0) usualBytes = bytesOf(records) / records.length;
    const writing = idsBeingWritten();
    let taken = 0;
    let isFull = false;
    for (const leased of records) {
      // Its lease had run out, nobody else has taken it, and what became of it may not be written yet.
      const record = parked.get(leased.id) ?? leased;
      if (held.has(record.id) || hasEnded(record.id) || record.dueAt > now) continue;
      if (writing.has(record.id)) {
        handedOut.add(record.id); // It is taken over once it is known to be kept.
        continue;
      }
      isFull ||= heldBytes > 0 && heldBytes + record.body.length > maxHeldBytes;
      if (isFull) {
        // And those after it, so that it is not passed by for ever. A copy, as what is being written does not count.
        parked.set(record.id, { ...record });
        continue;
      }
      parked.delete(record.id); // Written later, it would give away what is held.
      hold(record.id, revive(record));
      taken += 1;
    }
    if (isFull) {
      hasMore = true;
      schedule(CHANGES_WAIT);
    }
    return taken;
  }

  /** How many records memory has room for, if they are as long as those before. */
  function leaseLimit(): number {
    const events = window - delivering();
    return usualBytes === 0 ? events : Math.min(events, Math.ceil((maxHeldBytes - heldBytes) / usualBytes));
  }

  /** Says that this process lives, and looks for what others have left. */
  async function round(): Promise<void> {
    try {
      if (held.size > 0) await outbox.renew([...held.keys()], clock.now() + LEASE);
    } catch (error) {
      tell(error, "renew leases");
    }
    await refill();
    search.ask();
    startRound();
  }

  async function findMissing(): Promise<void> {
    if (spilled() === 0) return;
    try {
      await endMissing({
        ids: () => outbox.ids?.() ?? none(),
        deadLetters: () => outbox.deadLetters(),
        held,
        endings,
        isUnsure: () => refilling !== undefined,
      });
    } catch (error) {
      if (error !== UNTOLD && !isClosing) tell(error, "tell which events it holds");
    }
  }

  /** That there are none is all an outbox says that does not tell which there are. */
  async function* none(): AsyncGenerator<never> {
    if ((await outbox.counts()).events > 0) throw UNTOLD;
    yield* [];
  }

  /** Looks time and again for what was due at a time, until all of it has been looked for. */
  function lookUntil(dueAt: number): void {
    lookedForUntil = Math.max(lookedForUntil, dueAt);
    if (!isClosing) cancelLook ??= clock.after(LOOK, look);
  }

  async function look(): Promise<void> {
    await refill(); // It may have begun before all was due.
    cancelLook = undefined;
    if (leasedUntil < lookedForUntil) lookUntil(0);
  }

  function startRound(): void {
    if (!isClosing) cancelRound = clock.after(ROUND, round);
  }

  function tell(error: unknown, what: string): void {
    const code = error instanceof OutboxError ? error.code : "failed";
    // An outbox that cannot be used at all can do none of it, and says so once.
    const isUnusable = code !== "failed" && code !== "full";
    const cannot = isUnusable ? "be used" : what;
    warn(`outbox ${cannot}`, `The outbox cannot ${cannot}: ${messageOf(error)}`);
  }

  refill();
  startRound();

  return {
    add(event) {
      unwritten.add(event);
      schedule(0);
    },
    takeOldest() {
      let skip = beingWritten;
      for (const event of unwritten) {
        skip -= 1;
        if (skip >= 0) continue;
        unwritten.delete(event);
        return event;
      }
      return undefined;
    },
    size: () => unwritten.size,
    holds: isHeld,
    ended(event, outcome) {
      if (!isHeld(event)) return;
      const id = event.id as string;
      release(id, event);
      changed.delete(id);
      endings.set(id, outcome);
      schedule(wantsMore() ? 0 : CHANGES_WAIT);
    },
    retried(event, dueAt) {
      if (!isHeld(event)) return false;
      const id = event.id as string;
      schedule(CHANGES_WAIT);
      const wait = dueAt - clock.now();
      const isFar = wait > LONG || isHalfFull(1);
      (isFar ? parked : changed).set(id, recordOf(event, dueAt));
      if (!isFar) return false;
      release(id, event);
      changed.delete(id);
      spill(event);
      if (wait < ROUND) lookUntil(dueAt);
      return true;
    },
    refill,
    mayHaveMore: () => hasMore,
    watch: search.repeat,
    async sync() {
      while (work) await work; // Others may have waited for it as well, and begun to write since.
      if (hasChanges() && !isClosing) await start();
    },
    async close() {
      isClosing = true; // First, so that nothing begins, and what is under way hands out no events any more.
      cancelRound();
      cancelLook?.();
      cancelWork();
      search.stop();
      await work;
      await refilling;
      letGo?.();
      // All together: an outbox that is in use elsewhere is waited for once, and not with each batch.
      while (unwritten.size > 0) await append([...unwritten]);
      await writeEndings();
      await writeChanges();
      try {
        await outbox.close();
      } catch (error) {
        tell(error, "be closed");
      }
    },
  };
}

function bytesOf(records: readonly { readonly body: string }[]): number {
  return records.reduce((sum, { body }) => sum + body.length, 0);
}

function recordOf(
  { id, body, trackedAt, attempts, failures, missingSince }: PendingEvent,
  dueAt: number,
): OutboxRecord {
  const record = { id: id as string, body, trackedAt, attempts, failures, dueAt };
  return missingSince === undefined ? record : { ...record, missingSince };
}
