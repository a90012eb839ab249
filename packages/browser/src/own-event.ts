import { createIssue, foldName, MAX_MOVE, type OutboxRecord, type Outcome } from "@intercom-events/core";
import type { PageDraft } from "./page-outbox.ts";
import { encodeRelayEvent } from "./relay-event.ts";
import type { DeliverySettings, PageEvent } from "./route.ts";

/** An event on its way to a relay: of this page, or one that another page has left in the store. */
export interface OutgoingEvent {
  /** As it is sent. */
  record: OutboxRecord;
  /** Whether it is being sent. */
  isBusy?: boolean;
  /** When its last attempt ended, in milliseconds since the epoch. */
  triedAt?: number;
  /** Whether the request that it is sent with outlives the page. */
  survives?: boolean;
  /** Tells how it ended; only the first call counts. */
  end(outcome: Outcome): unknown;
}

/** An event of this page on its way to a relay. */
export interface OwnEvent extends PageEvent, OutgoingEvent {
  /** Its name as Intercom tells names apart. */
  readonly name: string;
  /** The second it has, since the epoch. */
  second: number;
  end: PageEvent["end"];
  /** Gives it another second, and with it another body. */
  moveTo(second: number): void;
  /** Says that its second is final: warns, once, if it is not the one it was tracked in. */
  decide(): void;
}

/** From now on its page delivers an event itself. */
export function toMemory(event: OwnEvent): void {
  event.place = MEMORY;
  event.decide();
}

/** Where an event is safe: the greater, the safer. */
export type Place =
  | typeof MEMORY
  | typeof STORING
  | typeof FIXED
  | typeof LEAVING
  | typeof STORED
  | typeof UNREAD;

/** In this page's memory alone. */
export const MEMORY = 0;
/** On its way to the store, which is still to say at which second. */
export const STORING = 1;
/** On its way to the store, and perhaps there already, with the body it has. */
export const FIXED = 2;
/** The same, as it was when the page went: from now on no other body may be sent. */
export const LEAVING = 3;
/** In the store. */
export const STORED = 4;
/** In the store, which cannot be read, so that its page delivers it itself until it can. */
export const UNREAD = 5;

/** Whether it survives its page. */
export function isStored({ place = MEMORY }: OwnEvent): boolean {
  return place >= STORED;
}

/** Seconds of events that are remembered; the oldest are forgotten first. */
const MAX_REMEMBERED = 5000;

/** Seconds, names and relays of the page's events, whichever of its trackers has tracked them. */
const taken = new Set<string>();

/**
 * Returns what makes an event one of a relay's, at a second of its own: it keeps apart what Intercom would merge, events
 * of one name and second, as all events of a page have one contact. It takes the milliseconds by which the clock of the
 * page is to be corrected.
 */
export function createAdoption(
  { announce }: Pick<DeliverySettings, "announce">,
  url: string,
): (event: PageEvent, offset: number) => OwnEvent {
  return (event, offset) => {
    const { trackedAt, event: content } = event;
    const tracked = Math.floor((trackedAt + offset) / 1000);
    const name = foldName(content.eventName);
    const subject = `${name} ${url}`;
    /** What is to be said of its second, until it is said. */
    let remark: "second_moved" | "second_taken" | undefined;
    const own: OwnEvent = Object.assign(event, {
      name,
      second: Number.NaN,
      record: { id: "", body: "", trackedAt, attempts: 0, failures: 0, dueAt: 0 },
      moveTo(second: number) {
        if (second === own.second) return;
        own.second = second;
        const key = `${second},${subject}`;
        remark = second !== tracked ? "second_moved" : taken.has(key) ? "second_taken" : undefined;
        taken.add(key);
        if (taken.size > MAX_REMEMBERED) taken.delete(taken.values().next().value as string);
        own.record = { ...own.record, body: encodeRelayEvent(content, second, offset) };
      },
      decide() {
        // It may have been given up before its page was shown.
        if (!remark || own.isOver) return;
        const issue = createIssue("createdAt", remark, own.second - tracked);
        remark = undefined;
        announce("warning", { warnings: [issue], event: content }, [`look at this event: ${issue.code}`]);
      },
    });
    own.moveTo(firstFree(tracked, subject, taken));
    return own;
  };
}

/** An event whose second its store is to decide on. */
export function draftOf(event: OwnEvent): PageDraft {
  const { name, second } = event;
  return {
    name,
    second,
    finish(decided) {
      if (event.isOver || event.place !== STORING) return undefined;
      event.place = FIXED;
      event.moveTo(decided);
      return event.record;
    },
  };
}

/** The first second from the given one on that no event of a name has; at most 60 s later, beyond that its own. */
export function firstFree(second: number, name: string, taken: ReadonlySet<string>): number {
  for (let free = second; free <= second + MAX_MOVE; free++) if (!taken.has(`${free},${name}`)) return free;
  return second;
}
