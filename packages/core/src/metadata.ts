import type { components } from "./generated/openapi.ts";

/**
 * A `URL`, by what it has. The global type is unknown to programs without the types of a runtime, of which the compiler
 * would check no metadata then.
 */
export interface WebUrl {
  /** The whole address. */
  readonly href: string;
  /** Scheme, host and port. */
  readonly origin: string;
  /** The whole address. */
  toString(): string;
  /** The whole address. */
  toJSON(): string;
}

/** A link with a text of its own, shown by Intercom as that text. */
export interface RichLink {
  /** Where the link leads: an absolute `http:` or `https:` address. */
  readonly url: string | WebUrl;
  /** The text that is shown, not empty. */
  readonly value: string;
}

/** An amount of money, shown by Intercom with the currency's sign: `€349.99`. */
export interface MonetaryAmount {
  /** Whole number of the currency's minor unit, for instance cents. Documented as positive. */
  readonly amount: number;
  /** ISO 4217 code of three letters, in any case; sent in lower case. */
  readonly currency: string;
}

/**
 * A value of one metadata key. A string that is a web address is shown as a link; a `Date`, or a
 * number of Unix seconds, under a key that ends in `_date` is shown as a date.
 */
export type MetadataValue = string | number | boolean | Date | WebUrl | RichLink | MonetaryAmount;

/** Details of an event by key. A key whose value is `undefined` is left out. */
export interface Metadata {
  /** The value of a key. */
  readonly [key: string]: MetadataValue | undefined;
}

/**
 * `M`, if each of its values is a {@link MetadataValue}, each `Date` is under a key ending in `_date`, and links and
 * amounts have no further fields. Otherwise the compiler's message says which of these it is.
 */
export type CheckedMetadata<M> = {
  // `as` keeps a list from being taken for metadata, as its methods are no values.
  readonly [K in keyof M as K]: IsSendable<M[K], K> extends false
    ? Mended<M[K], K>
    : MetadataValue | undefined;
};

/**
 * Whether the value can be sent under the key.
 *
 * @internal
 */
type IsSendable<V, K> = [V] extends [Sendable<V, K>] ? true : false;

/** What may be under the key, given what is there. */
type Sendable<V, K> =
  | undefined
  | Exclude<
      MetadataValue,
      string extends K
        ? never
        :
            | (K extends `${string}_date` ? never : Date)
            | (V extends RichLink | MonetaryAmount
                ? keyof V extends keyof RichLink
                  ? never
                  : keyof V extends keyof MonetaryAmount
                    ? never
                    : RichLink | MonetaryAmount
                : never)
    >;

/**
 * The parts of `V` that can be sent, and in the place of others what the compiler shall say of them.
 *
 * @internal
 */
type Mended<V, K> = V extends null
  ? never
  : V extends Sendable<V, K>
    ? V
    : V extends Date
      ? "a Date belongs under a key that ends in _date"
      : V extends object
        ? "metadata is flat: no list, and no object but { url, value } and { amount, currency }"
        : MetadataValue | undefined;

/** Metadata as it is sent: the schema `Metadata` of the spec. */
export type WireMetadata = components["schemas"]["Metadata"];

/** One metadata value as it is sent: the schema `MetadataValue` of the spec. */
export type WireMetadataValue = components["schemas"]["MetadataValue"];
