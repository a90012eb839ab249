import type { DecodedMetadata } from "./decode-metadata.ts";

/** One event as Intercom lists it. */
export interface DataEvent {
  /** Intercom's id of the event. */
  readonly id: string;
  /** The name it was submitted under. */
  readonly eventName: string;
  /** To the second. */
  readonly createdAt: Date;
  /** The contact's id in your own system. */
  readonly userId?: string;
  /** The contact's e-mail address. */
  readonly email?: string;
  /** Intercom's own id of the contact. */
  readonly intercomUserId?: string;
  /** Its details, each with the type Intercom shows it as. */
  readonly metadata: DecodedMetadata;
}

/** How often one event of a contact happened. */
export interface EventSummary {
  /** The event's name. */
  readonly eventName: string;
  /** How often it happened. */
  readonly count: number;
  /** When it first happened. */
  readonly first: Date;
  /** When it last happened. */
  readonly last: Date;
  /** What the workspace says about the event. */
  readonly description?: string;
}

/** How often an event of a user happened, to be set. */
export interface NewEventSummary {
  /** The contact's id in your own system; Intercom takes no other here. */
  readonly userId: string;
  /** The event's name. */
  readonly eventName: string;
  /** A whole number, not negative. */
  readonly count: number;
  /** A `Date`, or Unix **seconds**. */
  readonly first: Date | number;
  /** A `Date`, or Unix **seconds**. */
  readonly last: Date | number;
}
