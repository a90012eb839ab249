import type { Clock, DropReason, Issue, Outcome, Receipt, WireMetadata } from "@intercom-events/core";
import type { PageOutbox } from "./page-outbox.ts";

/** An event that was found valid, in the form that is sent. */
export interface EncodedPageEvent {
  /** Its name, as given. */
  readonly eventName: string;
  /** Its details as they are sent; absent when none was given. */
  readonly metadata?: WireMetadata;
}

/** Which way the events of a page go; made by {@link messenger} or {@link relay}. */
export interface Route {
  /** Opens the way for one tracker. It may be called on a server, where there is no page to touch. */
  open(settings: LaneSettings): Lane;
}

/** What a tracker lays down for its lane. */
export interface LaneSettings {
  /** Time. */
  readonly clock: Clock;
  /** At least 0 and less than 1. */
  readonly random: () => number;
  /** The most events without an outcome that there may be; further ones are dropped as `queue_full`. */
  readonly maxEvents: number;
  /** The most characters of their bodies. */
  readonly maxBytes: number;
  /** Which event is dropped when there are too many. */
  readonly policy: "drop_newest" | "drop_oldest";
  /** Where events are kept until they have an outcome; in memory without one. */
  readonly outbox?: PageOutbox | undefined;
  /** Told of an event that is sent although something about it deserves a look. */
  readonly warn: (event: EncodedPageEvent, issue: Issue) => void;
  /** Told, in words, what does not work. */
  readonly complain: (message: string, cause: unknown) => void;
  /** Told of events of earlier pages that have ended. */
  readonly ended: (event: EncodedPageEvent, outcome: Outcome) => void;
}

/** One tracker's part of a route. It settles each event it was given exactly once. */
export interface Lane {
  /**
   * Takes an event in; called where there is a page. Never throws.
   *
   * @param trackedAt when it was tracked, in milliseconds since the epoch
   */
  send(event: EncodedPageEvent, trackedAt: number): Receipt;
  /** Delivers at once what can be delivered. */
  flush(): void;
  /**
   * Gives up what waits, and answers how many events that were. What an outbox holds is forgotten when the
   * visitor opts out; after `closed`, which is final, it stays there and its receipt stays open.
   */
  drop(reason: DropReason): number;
  /** Events without an outcome. */
  size(): number;
}

/** Settles an event that was given up. */
export function dropped(reason: DropReason): Outcome {
  return { status: "dropped", reason };
}

/** Whether Intercom has the event. */
export function isTaken({ status }: Outcome): boolean {
  return status === "accepted" || status === "duplicate";
}
