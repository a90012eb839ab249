import type { Contact, NamedEvent } from "./event.ts";
import type { CheckedMetadata, Metadata } from "./metadata.ts";

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
 * What may be given for a catalogue where a client is made. It is {@link EventCatalog}, but has names: so
 * `ReturnType<typeof createClient>` is a client that takes any event, not one that takes none.
 */
export interface GivenCatalog {
  /** The metadata of a name. */
  // biome-ignore lint/suspicious/noExplicitAny: an interface has no index signature, which only any does without.
  readonly [eventName: string]: any;
}

/**
 * `Declared` where a catalogue says which events there are, else `Any`.
 *
 * `infer` makes it distribute over a catalogue that is still a type parameter: the compiler then looks at what the
 * parameter extends, an object without names, and finds `Declared`, so that generic code can call it. `Declared` has
 * the catalogue from elsewhere, and therefore keeps the parameter.
 */
export type ByCatalog<Catalog, Any, Declared> = Catalog extends infer Given
  ? string extends keyof Given
    ? Any
    : Declared
  : never;

/**
 * An event of a catalogue: its name is in the catalogue and its metadata is the one declared there. Of several names it
 * is an event of one of them, or one whose metadata suits each.
 */
export type CatalogEvent<Catalog, Name extends keyof Catalog & string> = Contact &
  (
    | (NamedEvent<Name> & CatalogMetadata<EventMetadata<Catalog, Name>>)
    | { [Each in Name]: NamedEvent<Each> & CatalogMetadata<EventMetadata<Catalog, Each>> }[Name]
    | Unnamed<Name, NamedEvent<Name> & { readonly metadata: object }>
  );

/** Metadata, which may only be left out when none of its keys is required. */
export type CatalogMetadata<M> =
  IsOptional<M> extends true
    ? {
        /** Details, of which Intercom tracks the first 10 keys. */
        readonly metadata?: M | undefined;
      }
    : {
        /** Details, of which Intercom tracks the first 10 keys. */
        readonly metadata: M;
      };

/** Metadata as an argument, and those after it: {@link CatalogMetadata} of an {@link EventMetadata}. */
export type CatalogArguments<Catalog, Name extends keyof Catalog, More extends readonly unknown[] = []> =
  IsOptional<EventMetadata<Catalog, Name>> extends true
    ? [metadata?: EventMetadata<Catalog, Name>, ...More]
    : [metadata: EventMetadata<Catalog, Name>, ...More];

/**
 * Whether metadata may be left out: there is none, or none of its keys is required. `undefined extends M` would not ask
 * for that, as everything does where `strictNullChecks` is off.
 *
 * @internal
 */
type IsOptional<M> = [Extract<M, undefined>] extends [never]
  ? Record<never, never> extends M
    ? true
    : [M] extends [never]
      ? true
      : false
  : true;

/**
 * What a catalogue declares for an event name; for one of several names, what suits each of them. Where none is
 * declared, none may be given.
 *
 * While the name is a type parameter, what the catalogue declares for it will do: the compiler passes over a branch that
 * is not taken even when it takes the parameter for `any`, and for that `IsAsDeclared` is true.
 */
export type EventMetadata<Catalog, Name extends keyof Catalog> =
  IsAsDeclared<Catalog, Name> extends false ? Corrected<Catalog, Name> : Catalog[Name];

/**
 * Whether it is one name, and its metadata an object with keys whose values can be sent.
 *
 * @internal
 */
type IsAsDeclared<Catalog, Name extends keyof Catalog> = [Name, Catalog[Name], Catalog[Name], 1] extends [
  AllOf<Name>,
  object | undefined,
  CheckedMetadata<Catalog[Name]>,
  HasKeys<Exclude<Catalog[Name], undefined>>,
]
  ? true
  : false;

/** 1 if it has keys, or is one of several that have. */
type HasKeys<M> = { readonly [Key in keyof M]-?: 1 }[keyof M] | (Record<never, never> extends M ? never : 1);

/**
 * What suits each of the names, as far as it can be sent.
 *
 * @internal
 */
type Corrected<Catalog, Name extends keyof Catalog> =
  SuitingEach<Catalog, Name> extends infer M
    ? M & CheckedMetadata<M> & ([keyof M] extends [never] ? { readonly [key: string]: never } : unknown)
    : never;

/**
 * `never`, but something while the name is a type parameter. Without it the compiler would overlook there that metadata
 * is missing, and a client without a catalogue would not do for one with a catalogue.
 *
 * @internal
 */
type Unnamed<Name, Something> = [Name] extends [string] ? never : Something;

/** The intersection of a union's members. */
type AllOf<Union> = (Union extends unknown ? (each: Union) => void : never) extends (all: infer All) => void
  ? All
  : never;

/** The intersection of what is declared for each of the names. */
type SuitingEach<Catalog, Name extends keyof Catalog> = (
  Name extends unknown
    ? (each: Catalog[Name]) => void
    : never
) extends (all: infer All extends object) => void
  ? All
  : never;
