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

/**
 * The events a program may send, as a type: metadata by event name.
 *
 * @example
 * type Catalog = { "placed-order": { price: MonetaryAmount; order_date: Date }; "logged-in": {} };
 */
export type EventCatalog = object;

/** Any event name, any metadata. */
export interface AnyEvent {
  /** The metadata of a name. */
  readonly [eventName: string]: Metadata;
}

/**
 * An event of a catalogue: its name is in the catalogue and its metadata is the one declared there. Of several names it
 * is an event of one of them, or one whose metadata suits each.
 */
export type CatalogEvent<Catalog, Name extends keyof Catalog & string> = Contact &
  NamedEvent<Name> &
  (
    | CatalogMetadata<EventMetadata<Catalog, Name>>
    | { [Each in Name]: NamedEvent<Each> & CatalogMetadata<EventMetadata<Catalog, Each>> }[Name]
  );

/** What a catalogue declares for an event name; for one of several names, what suits each of them. */
export type EventMetadata<Catalog, Name extends keyof Catalog> = (
  Name extends unknown
    ? (each: Catalog[Name]) => void
    : never
) extends (all: infer All extends object) => void
  ? All
  : never;

/**
 * The metadata a catalogue declares, which may only be left out when none of its keys is required. Where none is
 * declared, none may be given.
 */
export type CatalogMetadata<M> =
  Partial<M> extends M
    ? {
        readonly metadata?:
          | (M &
              CheckedMetadata<M> &
              ([keyof M] extends [never] ? { readonly [key: string]: never } : unknown))
          | undefined;
      }
    : { readonly metadata: M & CheckedMetadata<M> };

/** The body of `POST /events`: the schema `CreateEventRequest` of the spec. */
export type WireEvent = components["schemas"]["CreateEventRequest"];
