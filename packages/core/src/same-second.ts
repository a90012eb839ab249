import { createCollisions } from "./collisions.ts";
import type { WireEvent } from "./event.ts";
import type { Issue } from "./issue.ts";
import type { Outcome, Receipt } from "./outcome.ts";
import type { PendingEvent } from "./pending-event.ts";
import { receiptControls } from "./receipt.ts";

/** An event that this client has tracked, and so with a receipt. */
type OwnEvent = PendingEvent & { readonly receipt: Receipt };

/** Keeps apart what Intercom would merge; {@link createSameSecond}. */
export interface SameSecond {
  /** The event at a second that is free, with a warning if that is another one. */
  move(value: WireEvent, warnings: Issue[]): WireEvent;
  /** Lets an event in, or has it wait for an equal one; answers whether it was taken. */
  admit(event: OwnEvent, value: WireEvent, warnings: Issue[]): boolean;
  /** Forgets an event that Intercom did not take. */
  forget(event: PendingEvent): void;
  /** Events that wait for the outcome of an equal one. */
  waiting(): number;
  /** Takes out one by one the waiting events whose equal one has ended, and tells `leave` of each. */
  stop(leave: (event: PendingEvent) => void): void;
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

const SECOND_TAKEN: Issue = {
  path: "createdAt",
  code: "second_taken",
  message:
    "createdAt is the second of another event of this contact and name, which Intercom takes for the same and keeps only one of",
};

/**
 * Two events of one contact and name in the same second are one to Intercom. One whose time is ours
 * moves to the next free second. One whose time was given is never changed: an equal one is a duplicate
 * once the first is accepted, and takes its place if it is not; a different one is let in with a warning.
 */
export function createSameSecond({ maxWaiting, letIn, end }: SameSecondOptions): SameSecond {
  const collisions = createCollisions<Receipt>();
  const followers = new Map<OwnEvent, Receipt>();

  function admit(event: OwnEvent, value: WireEvent, warnings: Issue[]): boolean {
    const found = collisions.find(value, event.body);
    if (found.kind === "same") return follow(event, found.earlier);
    if (found.kind === "different") warnings.push(SECOND_TAKEN);
    collisions.add(value, event.body, event.receipt);
    return letIn(event);
  }

  function follow(event: OwnEvent, first: Receipt): boolean {
    const outcome = receiptControls.outcome(first);
    if (outcome !== undefined) return replace(event, outcome);
    if (followers.size >= maxWaiting) {
      end(event, { status: "dropped", reason: "queue_full" });
      return false;
    }
    followers.set(event, first);
    first.stored.then((isStored) => isStored && receiptControls.store(event.receipt, true));
    first.then(() => followers.delete(event) && follow(event, first));
    return true;
  }

  /** What becomes of an event whose equal one has ended. */
  function replace(event: OwnEvent, outcome: Outcome): boolean {
    if (!isTaken(outcome)) return admit(event, JSON.parse(event.body), []);
    receiptControls.store(event.receipt, true);
    end(event, { status: "duplicate" });
    return true;
  }

  return {
    move(value, warnings) {
      const second = collisions.freeSecond(value);
      if (second === value.created_at) return value;
      const message = `createdAt was moved by ${second - value.created_at} s, as Intercom takes events of one contact, name and second for the same`;
      warnings.push({ path: "createdAt", code: "second_moved", message });
      return { ...value, created_at: second };
    },
    admit,
    forget({ body, receipt }) {
      if (receipt) collisions.remove(JSON.parse(body), receipt);
    },
    waiting: () => followers.size,
    stop(leave) {
      for (const [event, first] of [...followers]) {
        if (receiptControls.outcome(first) !== undefined && followers.delete(event)) leave(event);
      }
    },
  };
}

/** Whether Intercom has the event. */
export function isTaken({ status }: Outcome): boolean {
  return status === "accepted" || status === "duplicate";
}
