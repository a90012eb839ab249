import { createCollisions, keyOf, subjectOf } from "./collisions.ts";
import type { WireEvent } from "./event.ts";
import type { Issue } from "./issue.ts";
import { receiptControls } from "./lazy-receipt.ts";
import type { Outcome, Receipt } from "./outcome.ts";
import type { PendingEvent } from "./pending-event.ts";
import { MAX_MOVE, SECOND_TAKEN } from "./second-issues.ts";

/** An event that this client has tracked, and so with a receipt. */
type OwnEvent = PendingEvent & { readonly receipt: Receipt };

/** What Intercom keeps one event of. */
interface Place {
  /** Contact, name and second. */
  readonly key: string;
  /** In Unix seconds. */
  readonly second: number;
  /** Whether it is known that no other event has it. */
  readonly isFree: boolean;
}

/** Keeps apart what Intercom would merge; {@link createSameSecond}. */
export interface SameSecond {
  /** Where an event belongs: at its second, or at the next free one if its time is ours. */
  place(value: WireEvent, isStamped: boolean): Place;
  /** Lets an event in, or has it wait for an equal one; answers whether it was taken. */
  admit(event: OwnEvent, place: Place, warnings: Issue[]): boolean;
  /** Forgets an event that Intercom did not take. */
  forget(event: PendingEvent): void;
  /** Does what follows for those that waited for an event, once its receipt is settled. */
  release(receipt: Receipt): void;
  /** Events that wait for the outcome of an equal one. */
  waiting(): number;
}

/** What it is made of. */
export interface SameSecondOptions {
  /** Events that may wait for equal ones. */
  readonly maxWaiting: number;
  /** Lets an event in, and answers whether there was room. */
  readonly letIn: (event: PendingEvent) => boolean;
  /** Told how an event has ended that is not let in. */
  readonly end: (event: PendingEvent, outcome: Outcome) => void;
}

/**
 * Two events of one contact and name in the same second are one to Intercom. One whose time is ours
 * moves to the next free second. One whose time was given is never changed: an equal one is a duplicate
 * once the first is accepted, and takes its place if it is not; a different one is let in with a warning.
 */
export function createSameSecond({ maxWaiting, letIn, end }: SameSecondOptions): SameSecond {
  const collisions = createCollisions<OwnEvent>();
  const followers = new Map<Receipt, OwnEvent[]>();
  let waiting = 0;

  function admit(event: OwnEvent, place: Place, warnings: Issue[]): boolean {
    const { key, isFree } = place;
    const earlier = isFree ? undefined : collisions.find(key);
    if (earlier?.body === event.body) return follow(event, earlier.receipt);
    if (earlier) warnings.push(SECOND_TAKEN);
    collisions.add(key, event);
    return letIn(event);
  }

  function follow(event: OwnEvent, first: Receipt): boolean {
    const outcome = receiptControls.outcome(first);
    if (outcome !== undefined) return replace(event, outcome);
    if (waiting >= maxWaiting) {
      end(event, { status: "dropped", reason: "queue_full" });
      return false;
    }
    waiting += 1;
    const others = followers.get(first);
    if (others) others.push(event);
    else followers.set(first, [event]);
    first.stored.then((isStored) => isStored && receiptControls.store(event.receipt, true));
    return true;
  }

  /** What becomes of an event whose equal one has ended. */
  function replace(event: OwnEvent, outcome: Outcome): boolean {
    if (!isTaken(outcome)) return admit(event, placeOf(JSON.parse(event.body)), []);
    receiptControls.store(event.receipt, true);
    end(event, { status: "duplicate" });
    return true;
  }

  return {
    place(value, isStamped) {
      const place = placeOf(value);
      if (!isStamped) return place;
      if (collisions.find(place.key) === undefined) return { ...place, isFree: true };
      const subject = subjectOf(value);
      for (let second = place.second + 1; second < place.second + MAX_MOVE; second += 1) {
        const key = keyOf(subject, second);
        if (collisions.find(key) === undefined) return { key, second, isFree: true };
      }
      return place;
    },
    admit,
    forget({ body, receipt }) {
      if (!receipt) return;
      collisions.remove(placeOf(JSON.parse(body)).key, receipt);
    },
    release(receipt) {
      const released = followers.get(receipt) ?? [];
      followers.delete(receipt);
      for (const event of released) {
        waiting -= 1;
        follow(event, receipt);
      }
    },
    waiting: () => waiting,
  };
}

function placeOf(value: WireEvent): Place {
  return { key: keyOf(subjectOf(value), value.created_at), second: value.created_at, isFree: false };
}

/** Whether Intercom has the event. */
export function isTaken({ status }: Outcome): boolean {
  return status === "accepted" || status === "duplicate";
}
