import type { Clock, DropReason, Outcome, Receipt, WireMetadata } from "@intercom-events/core";

/** An event that was found valid, in the form that is sent. */
export interface EncodedPageEvent {
  readonly eventName: string;
  readonly metadata?: WireMetadata;
}

/** Which way the events of a page go; made by {@link messenger}. */
export interface Route {
  /** Opens the way for one tracker. It may be called on a server, so it touches no page. */
  open(settings: LaneSettings): Lane;
}

/** What a tracker lays down for its lane. */
export interface LaneSettings {
  readonly clock: Clock;
  /** The most events that may wait; further ones are dropped as `queue_full`. */
  readonly maxEvents: number;
}

/** One tracker's part of a route. It settles each event it was given exactly once. */
export interface Lane {
  /** Takes an event in, to be delivered after those before it. Never throws. */
  send(event: EncodedPageEvent): Receipt;
  /** Delivers at once what can be delivered. */
  flush(): void;
  /** Gives up what waits, and answers how many events that were. */
  drop(reason: DropReason): number;
}

/** Settles an event that was given up. */
export function dropped(reason: DropReason): Outcome {
  return { status: "dropped", reason };
}
