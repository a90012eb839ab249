import { describe } from "./describe.ts";
import { createDueWork } from "./due-work.ts";
import { createHeldEvents } from "./held-events.ts";
import { leaseEnd } from "./lease-end.ts";
import type { OutboxRecord } from "./outbox.ts";
import { createOutboxChanges, MOST_AT_ONCE } from "./outbox-changes.ts";
import { createOutboxDeadline, QUIET } from "./outbox-deadline.ts";
import { createOutboxReader } from "./outbox-reader.ts";
import { createOutboxTrouble } from "./outbox-trouble.ts";
import { createOutboxWriter, type OutboxWriterOptions } from "./outbox-writer.ts";
import type { Outcome } from "./outcome.ts";
import type { PendingEvent } from "./pending-event.ts";
import { recordOf } from "./record-of.ts";
import type { QueuePolicy } from "./resolve-delivery.ts";
import { createSpacedWork } from "./spaced-work.ts";
import type { KeptElsewhere } from "./spilled-events.ts";
import { createUnwrittenEvents } from "./unwritten-events.ts";

/** Milliseconds after which is said again that this process lives, and looked for what others have left. */
const ROUND = 10_000;

/** Milliseconds that changes of records are collected before they are written together. */
const CHANGES_WAIT = 50;

/** An event that is due later than so many milliseconds from now leaves memory, though there is room for it. */
const LONG = 60_000;

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
  /** When the first of them was tracked, in milliseconds since the epoch. */
  oldest(): number | undefined;
  /** Events that have ended, and whose end the outbox has not taken yet. */
  unsettled(): number;
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
  /** Takes over what is due as far as memory has room, and returns how many events that were. */
  refill(): Promise<number>;
  /** Whether there may be more in the outbox than in memory. */
  mayHaveMore(): boolean;
  /** Looks time and again for what has ended elsewhere, until the returned function is called. */
  watch(): () => void;
  /** Writes at once what has become of events. */
  sync(): Promise<void>;
  /** Writes what is left to write and closes the outbox. */
  close(): Promise<void>;
}

/** What a keeper is made of. */
export interface OutboxKeeperOptions
  extends Pick<OutboxWriterOptions, "outbox" | "clock" | "deliver" | "spill" | "refuse" | "fallsBack"> {
  /** What memory has room for. */
  readonly bounds: Pick<QueuePolicy, "maxEvents" | "maxBytes">;
  /** How many events are being delivered. */
  readonly delivering: () => number;
  /** Takes over an event that the outbox has handed out. */
  readonly revive: (record: OutboxRecord) => PendingEvent;
  /** Events that the outbox should hold, besides those in memory. */
  readonly spilled: () => number;
  /** Ends those of them that have ended elsewhere. */
  readonly endMissing: (kept: KeptElsewhere) => Promise<void>;
  /** Told, in words, what the outbox cannot do. */
  readonly warn: (message: string) => void;
}

/** A keeper that takes over at once what earlier processes have left. */
export function createOutboxKeeper(options: OutboxKeeperOptions): OutboxKeeper {
  const { clock, spill } = options;
  const trouble = createOutboxTrouble(clock, options.warn);
  const deadline = createOutboxDeadline(options.outbox, clock, () => {
    // A script that has nothing else to do is not to wait for it.
    if (clock.now() - writing.startedAt() >= QUIET) writing.letGo();
    trouble.tellQuiet();
  });
  const { outbox } = deadline;
  const unwritten = createUnwrittenEvents();
  const held = createHeldEvents(options.bounds, options.delivering);
  const changes = createOutboxChanges(outbox, clock, trouble);
  const reader = createOutboxReader({
    outbox,
    clock,
    unwritten,
    held,
    changes,
    revive: options.revive,
    parked: () => writing.schedule(CHANGES_WAIT),
    trouble,
  });
  const writer = createOutboxWriter({ ...options, outbox, unwritten, held, changes, reader, trouble });
  const search = createSpacedWork(clock, findMissing);
  const writing = createDueWork({
    clock,
    work: write,
    next() {
      if (unwritten.size() > 0) return 0;
      if (changes.isEmpty()) return undefined;
      return hasFailed ? FAILURE_WAIT : CHANGES_WAIT;
    },
    // What could not be written keeps no process alive; what was not tried does.
    keepsAlive: () => !hasFailed,
  });
  let isClosing = false;
  let cancelRound = (): void => undefined;
  let hasFailed = false;

  /** Writes what there is to write, ends first: they leave room. */
  async function write(): Promise<void> {
    hasFailed = !(await changes.writeEndings()) || !(await changes.writeRecords());
    await writer.write();
    if (!wantsMore()) return;
    await reader.underWay(); // It may have begun before all this was written.
    await reader.refill();
  }

  const wantsMore = (): boolean => reader.hasMore() && !isClosing && !held.isHalfFull();

  /** Says that this process lives, and looks for what others have left. */
  async function round(): Promise<void> {
    // Those that have ended as well: nobody else is to send them before that is written.
    const leased = [...held.byId.keys(), ...changes.endings.keys()];
    try {
      for (let first = 0; first < leased.length; first += MOST_AT_ONCE)
        await outbox.renew(leased.slice(first, first + MOST_AT_ONCE), leaseEnd(clock.now()));
      trouble.works("renew leases");
    } catch (error) {
      if (!isClosing) trouble.tell(error, "renew leases");
    }
    await reader.refill();
    search.ask();
    startRound();
  }

  async function findMissing(): Promise<void> {
    if (options.spilled() === 0) return;
    try {
      await options.endMissing({
        ids: () => outbox.ids?.() ?? none(),
        deadLetters: () => outbox.deadLetters(),
        held: held.byId,
        endings: changes.endings,
        handedOut: async () => reader.underWay(),
      });
    } catch (error) {
      if (error !== UNTOLD && !isClosing) trouble.tell(error, "tell which events it holds");
    }
  }

  /** That there are none is all an outbox says that does not tell which there are. */
  async function* none(): AsyncGenerator<never> {
    const { events } = await outbox.counts();
    if (typeof events !== "number" || !(events >= 0))
      throw new TypeError(`"counts" must answer events as a number, got ${describe(events)}`);
    if (events > 0) throw UNTOLD;
    yield* [];
  }

  function startRound(): void {
    if (!isClosing) cancelRound = clock.after(ROUND, round);
  }

  reader.refill();
  startRound();

  return {
    add(event) {
      unwritten.add(event);
      writing.schedule(0);
    },
    takeOldest: unwritten.takeOldest,
    size: unwritten.size,
    oldest: () => unwritten.first(1)[0]?.trackedAt,
    unsettled: () => changes.endings.size,
    holds: held.holds,
    ended(event, outcome) {
      if (!held.holds(event)) return;
      held.release(event);
      changes.end(event.id as string, outcome);
      writing.schedule(wantsMore() ? 0 : CHANGES_WAIT);
    },
    retried(event, dueAt) {
      if (!held.holds(event)) return false;
      writing.schedule(CHANGES_WAIT);
      const wait = dueAt - clock.now();
      const record = recordOf(event, dueAt);
      if (changes.isParkingFull() || (wait <= LONG && !held.isHalfFull(1))) {
        changes.change(record);
        return false;
      }
      held.release(event);
      changes.park(record);
      spill(event);
      if (wait < ROUND) reader.lookUntil(dueAt);
      return true;
    },
    refill: reader.refill,
    mayHaveMore: reader.hasMore,
    watch: search.repeat,
    async sync() {
      while (writing.underWay()) await writing.underWay(); // Others may have waited for it as well, and begun to write since.
      if (!changes.isEmpty() && !isClosing) await writing.start();
    },
    async close() {
      isClosing = true; // First, so that nothing begins, and what is under way hands out no events any more.
      writer.startClosing();
      writing.stop();
      const endDeadline = deadline.startClosing();
      reader.stop();
      search.stop();
      cancelRound();
      await writing.underWay();
      await reader.underWay();
      writing.letGo();
      await writer.writeAll();
      await changes.writeEndings();
      await changes.writeRecords();
      try {
        await outbox.close();
      } catch (error) {
        trouble.tell(error, "be closed");
      }
      endDeadline();
    },
  };
}
