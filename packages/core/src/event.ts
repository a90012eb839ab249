import type { components } from "./generated/openapi.ts";
import type { CheckedMetadata, Metadata } from "./metadata.ts";

/**
 * The one name of the contact an event belongs to: your own id, an e-mail address, or Intercom's
 * contact id, which is the only way to name a lead.
 */
export type Contact =
  | {
      /** Intercom's own id of the contact, the only one that a lead has. */
      readonly id: string;
      readonly userId?: undefined;
      readonly email?: undefined;
    }
  | {
      /** The contact's e-mail address. */
      readonly email: string;
      readonly userId?: undefined;
      readonly id?: undefined;
    }
  // Last, as the compiler measures what fits none of them by the last one.
  | {
      /** Your own id of the contact. */
      readonly userId: string;
      readonly email?: undefined;
      readonly id?: undefined;
    };

/** What happened and when, without the contact and the details. */
export interface NamedEvent<Name extends string> {
  /** What happened, best as a verb in the past tense and a noun: `placed-order`. */
  readonly eventName: Name;
  /** When it happened: a `Date`, or Unix **seconds**. Fractions of a second are cut off. @default now */
  readonly createdAt?: Date | number | undefined;
}

/** An event of a contact, as given to `track`. */
export type TrackedEvent<Name extends string = string, M = Metadata> = Contact &
  NamedEvent<Name> & {
    /** Details, of which Intercom tracks the first 10 keys. */
    readonly metadata?: (M & CheckedMetadata<M>) | undefined;
  };

/** The body of `POST /events`: the schema `CreateEventRequest` of the spec. */
export type WireEvent = components["schemas"]["CreateEventRequest"];
