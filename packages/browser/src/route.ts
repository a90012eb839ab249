import type { Clock, DropReason, Outcome, Receipt, WireMetadata } from "@intercom-events/core";
import type { Announcer } from "./create-announcer.ts";
import type { Place } from "./own-event.ts";
import type { PageOutbox } from "./page-outbox.ts";
import type { QueueOptions } from "./tracker.ts";

/** An event that was found valid, in the form that is sent. */
export interface EncodedPageEvent {
  /** Its name, as given. */
  readonly eventName: string;
  /** Its details as they are sent; absent when none was given. */
  readonly metadata?: WireMetadata;
}

/** An event of this page on its way. */
export interface PageEvent {
  /** What is sent. */
  readonly event: EncodedPageEvent;
  /** When it was tracked, in milliseconds since the epoch. */
  readonly trackedAt: number;
  /** What the caller holds. */
  readonly receipt: Receipt;
  /** Whether it is being sent, so that it must not make way for another. */
  isBusy?: boolean;
  /** Where it is safe; in this page's memory alone if nothing is said. */
  place?: Place;
  /** Whether it has an outcome. */
  isOver?: boolean;
  /** Tells whether it is kept; only the first call counts. */
  keep(isStored: boolean): void;
  /** Tells how it ended, and returns its receipt; only the first call counts. */
  end(outcome: Outcome): Receipt;
}

/**
 * Which way the events of a page go; made by {@link messenger} or {@link relay} and by nobody else, as what it says to a
 * tracker changes from release to release.
 */
export interface Route {
  /** Opens the way for one tracker. It may be called on a server, where there is no page to touch. */
  open(settings: DeliverySettings): Delivery;
}

/** What a tracker gives its delivery. */
export interface DeliverySettings extends Pick<Announcer, "announce" | "ended" | "complain"> {
  /** Time. */
  readonly clock: Clock;
  /** At least 0 and less than 1. @default `Math.random` */
  readonly random?: (() => number) | undefined;
  /** How events wait until they can be delivered. */
  readonly queue?: QueueOptions | undefined;
  /** Where events are kept until they have an outcome; in memory without one. */
  readonly outbox?: PageOutbox | undefined;
  /** The events of this page that have no outcome, in the order they were tracked. */
  readonly events: ReadonlySet<PageEvent>;
}

/** Delivers the events of one tracker by a route. It ends each event it was given. */
export interface Delivery {
  /** Takes an event in; called where there is a page. Never throws. */
  send(event: PageEvent): void;
  /** Delivers at once what can be delivered. */
  flush(): void;
  /** Deletes an event that has made way for another. */
  evict(event: PageEvent): void;
  /**
   * Delivers none of the events so far any more: the visitor opts out, so that they are deleted, or the tracker is
   * closed for good.
   */
  dropAll(reason: DropReason): void;
}

/** Settles an event that was given up. */
export function dropped(reason: DropReason): Outcome {
  return { status: "dropped", reason };
}
