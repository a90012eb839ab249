import { createCollisions } from "./collisions.ts";
import { createIssue } from "./create-issue.ts";
import type { WireEvent } from "./event.ts";
import { createEventHash } from "./event-hash.ts";
import { createHashTable, type Hash } from "./hash-table.ts";
import { isDelivered } from "./is-delivered.ts";
import type { Issue } from "./issue.ts";
import { receiptControls } from "./lazy-receipt.ts";
import { MAX_MOVE } from "./limits.ts";
import type { Outcome, Receipt } from "./outcome.ts";
import type { PendingEvent } from "./pending-event.ts";
import type { QueuePolicy } from "./resolve-delivery.ts";

/** An event that this client has tracked, and so with a receipt. */
type OwnEvent = PendingEvent & { readonly receipt: Receipt };

/** Events that wait for the outcome of an equal one. */
interface Followers {
  /** Of the equal one: an outbox forgets how an event has ended whose receipt nobody holds. */
  readonly receipt: Receipt;
  readonly events: OwnEvent[];
}

/** What Intercom keeps one event of. */
interface Place {
  /** Contact, name and second. */
  readonly key: Hash;
  /** Whether it is known that no other event has it. */
  readonly isFree: boolean;
  /** Whether the time is ours, so that an equal event there is another one all the same. */
  readonly isStamped: boolean;
}

/** Keeps apart what Intercom would merge; {@link createSameSecond}. */
export interface SameSecond {
  /** Finds the place of an event: at its second, or at the next free one if its time is ours: then its time is changed. */
  place(value: WireEvent, isStamped: boolean, warnings: Issue[]): Place;
  /** Announces an event and lets it in, or has it wait for an equal one; returns whether it was taken. */
  admit(event: OwnEvent, place: Place, warnings: Issue[]): boolean;
  /** Remembers of an event that has ended what is needed, before its receipt is settled. */
  ended(event: PendingEvent, outcome: Outcome, mayBeKept: boolean): void;
  /** Does what follows for those that waited for an event, once its receipt is settled. */
  release(sequence: number, outcome: Outcome): void;
  /** Events that wait for the outcome of an equal one. */
  waiting(): number;
}

/** What it is made of. */
export interface SameSecondOptions {
  /** What may wait for equal ones. */
  readonly bounds: Pick<QueuePolicy, "maxEvents" | "maxBytes">;
  /** At least 0 and less than 1. */
  readonly random: () => number;
  /** Told of each event that has its place, and before anything else becomes of it. */
  readonly announce: (event: PendingEvent) => void;
  /** Lets an event in, and returns whether there was room. */
  readonly letIn: (event: PendingEvent) => boolean;
  /** Told how an event has ended that is not let in. */
  readonly end: (event: PendingEvent, outcome: Outcome) => void;
}

/** Contacts and names of which it is remembered how far their events were moved. */
const MAX_MOVED = 5000;

/**
 * Two events of one contact and name in the same second are one to Intercom. One whose time is ours
 * moves to the next free second. One whose time was given is never changed: an equal one is a duplicate
 * once the first is accepted, and takes its place if it is not; a different one is let in with a warning.
 */
export function createSameSecond(options: SameSecondOptions): SameSecond {
  const { bounds, random, announce, letIn, end } = options;
  const hash = createEventHash(random);
  const collisions = createCollisions<OwnEvent>();
  /** By the number of the equal event. */
  const followers = new Map<number, Followers>();
  /** The second that an event of a contact and name was last moved to. */
  let moved = createHashTable<number>();
  let waiting = 0;
  /** Characters of their bodies. */
  let waitingBytes = 0;

  /** Takes the place for an event, and returns the equal one, or its hash, that has it already. */
  function claim(
    event: OwnEvent,
    { key, isFree, isStamped }: Place,
    warnings: Issue[],
  ): OwnEvent | number | undefined {
    const others = isFree ? undefined : collisions.find(key)?.filter((earlier) => !hasFailed(earlier));
    if (others?.length) {
      const { body } = event;
      const bodyHash = hash.ofBody(body);
      const equal = others.find((other) =>
        typeof other === "object" ? other.body === body : other === bodyHash,
      );
      if (equal === undefined || isStamped)
        warnings.push(createIssue("createdAt", "second_taken", undefined));
      if (equal !== undefined) return equal;
    }
    collisions.add(key, event, others);
    return undefined;
  }

  function proceed(event: OwnEvent, equal: OwnEvent | number | undefined): boolean {
    if (equal === undefined) return letIn(event);
    return typeof equal === "object" ? follow(event, equal) : endAsDuplicate(event);
  }

  function follow(event: OwnEvent, { sequence, receipt }: OwnEvent): boolean {
    const outcome = receiptControls.outcome(receipt);
    if (outcome !== undefined) return replace(event, outcome);
    const bytes = waitingBytes + event.body.length;
    if (waiting >= bounds.maxEvents || bytes > bounds.maxBytes) {
      end(event, { status: "dropped", reason: "queue_full" });
      return false;
    }
    waiting += 1;
    waitingBytes = bytes;
    const others = followers.get(sequence);
    if (others) others.events.push(event);
    else followers.set(sequence, { receipt, events: [event] });
    receiptControls
      .stored(receipt)
      .then((isStored) => isStored && receiptControls.store(event.receipt, true));
    return true;
  }

  /** What becomes of an event whose equal one has ended. */
  function replace(event: OwnEvent, outcome: Outcome): boolean {
    if (isDelivered(outcome)) return endAsDuplicate(event);
    return proceed(event, claim(event, placeOf(JSON.parse(event.body)), []));
  }

  function endAsDuplicate(event: OwnEvent): boolean {
    receiptControls.store(event.receipt, true);
    end(event, { status: "duplicate" });
    return true;
  }

  function placeOf(value: WireEvent): Place {
    return { key: hash.of(value, value.created_at), isFree: false, isStamped: false };
  }

  /** Moves an event to the next second that is free, unless that is too far away. */
  function move(value: WireEvent, warnings: Issue[]): Place | undefined {
    const end = value.created_at + MAX_MOVE;
    const subject = hash.of(value, 0);
    const last = moved.get(subject) ?? 0;
    // Those before it are taken, or were; one beyond the end is from before the clock was put back.
    let second = Math.max(value.created_at, last <= end ? last : 0) + 1;
    const next = value.created_at + 1;
    // None is left beyond it, and the next one is free all the same: the clock was put back by less than that.
    if (second > end && collisions.find(hash.of(value, next)) === undefined) second = next;
    for (; second <= end; second += 1) {
      const key = hash.of(value, second);
      if (collisions.find(key) !== undefined) continue;
      if (moved.size() >= MAX_MOVED) moved = createHashTable();
      moved.set(subject, second);
      warnings.push(createIssue("createdAt", "second_moved", second - value.created_at));
      value.created_at = second;
      return { key, isFree: true, isStamped: true };
    }
    return undefined;
  }

  return {
    place(value, isStamped, warnings) {
      const key = hash.of(value, value.created_at);
      const isFree = isStamped && collisions.find(key) === undefined;
      const place = { key, isFree, isStamped };
      return isFree || !isStamped ? place : (move(value, warnings) ?? place);
    },
    admit(event, place, warnings) {
      const equal = claim(event, place, warnings); // First, as whoever is told may track another one of its second.
      announce(event);
      return proceed(event, equal);
    },
    ended(event, outcome, mayBeKept) {
      if (!event.isOwn || outcome.status === "duplicate") return; // Another event has its place.
      const { body, sequence, key = placeOf(JSON.parse(body)).key } = event;
      if (isDelivered(outcome)) collisions.take(key, sequence, hash.ofBody(body));
      else if (!mayBeKept && !mayBeTaken(event, outcome)) collisions.remove(key, sequence);
    },
    release(sequence, outcome) {
      const released = followers.get(sequence);
      if (!released) return;
      followers.delete(sequence);
      for (const event of released.events) {
        waiting -= 1;
        waitingBytes -= event.body.length;
        replace(event, outcome);
      }
    },
    waiting: () => waiting,
  };
}

/** Whether Intercom did not take it, as another process may have found out that has sent it. */
function hasFailed(earlier: OwnEvent | number): boolean {
  const outcome = typeof earlier === "object" ? receiptControls.outcome(earlier.receipt) : undefined;
  return outcome !== undefined && !isDelivered(outcome);
}

/** Whether Intercom may have the event, or get it, all the same: a reply may be lost, and that of an outbox too. */
function mayBeTaken({ failures }: PendingEvent, outcome: Outcome): boolean {
  return failures > 0 || (outcome.status === "dropped" && outcome.reason === "not_stored");
}
