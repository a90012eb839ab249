import type { Clock, Contact, Receipt } from "@intercom-events/core";
import type { MetadataSchema } from "./metadata-schema.ts";

/** What a relay asks of a client: any server client of this project has it, whatever its catalogue. */
export interface RelayClient {
  /** Takes an event; never throws. */
  track(event: never): Receipt;
  /** A tracker of one contact, which only server clients have. */
  contact(contact: Contact): unknown;
}

/** What is known of a caller besides the request. */
export interface Caller<Context = unknown> {
  /** The token of the body, as the page gave it: nobody has verified it. `signedIdentity` does. */
  readonly identity?: string;
  /** What the server handed over beside the request: the second argument of `fetch`. */
  readonly context: Context | undefined;
}

/**
 * Says who sends a request, or `null` or `undefined` if that is not known: a contact without a name, such as
 * `{ userId: undefined }`, or with a number for one, is an error, and the page gets `503`. The request's headers can be
 * read, and its body no more: nothing in it names a contact.
 */
export type Identify<Context = unknown> = (
  request: Request,
  caller: Caller<Context>,
) => Contact | null | undefined | Promise<Contact | null | undefined>;

/** The events a page may send: their names, or by name what checks their metadata, or `"any"`. */
export type AllowedEvents = readonly string[] | Readonly<Record<string, MetadataSchema | true>> | "any";

/** How many events a caller may send. */
export interface RateOptions {
  /**
   * Events within a window; the whole number may come at once. At least `maxEvents`, as a request with more events than
   * that could never pass.
   * @default 600
   */
  readonly events?: number | undefined;
  /** Milliseconds. @default 60000 */
  readonly window?: number | undefined;
  /** Callers remembered; beyond that the one not heard of for longest is forgotten. @default 10000 */
  readonly maxCallers?: number | undefined;
}

/** What was being done when something went wrong: the caller was looked up, metadata checked, or anything else. */
export type RelayTask = "identify" | "events" | "request";

/** What `createRelay` takes. */
export interface RelayOptions<Context = unknown> {
  /** The server client that events are handed to. */
  readonly client: RelayClient;
  /** Says who the caller is: by a cookie, a header, or the signed token of the body. */
  readonly identify: Identify<Context>;
  /**
   * What pages may send. Names are compared as Intercom does: in any case, `.` and `$` as `-`; an event
   * is sent on under the name that is listed here. What a schema returns is sent instead of the metadata
   * it was given.
   */
  readonly events: AllowedEvents;
  /**
   * Origins whose pages may send events, such as `https://www.example.org`; a list replaces the default,
   * and behind a proxy it has to be given. Whatever is listed, a page that hides its origin may send if the browser
   * calls it `same-origin`.
   * @default the origin of the request's own address
   */
  readonly origins?: readonly string[] | undefined;
  /** Takes requests that say neither `Origin` nor `Sec-Fetch-Site`, as programs send. @default false */
  readonly allowNonBrowsers?: boolean | undefined;
  /**
   * When an event counts as `accepted`: once the client holds it (its outbox, if it has one), or once
   * Intercom has taken it.
   * @default "stored"
   */
  readonly waitFor?: "stored" | "outcome" | undefined;
  /** Milliseconds to wait for that; then the page is asked to send the event again, which is harmless. @default 10000 */
  readonly answerTimeout?: number | undefined;
  /** Milliseconds for `identify` to answer; then the page is asked to come again. @default 5000 */
  readonly identifyTimeout?: number | undefined;
  /** Milliseconds for the schema of an event to answer; then that event may come again. @default 5000 */
  readonly schemaTimeout?: number | undefined;
  /** Bytes of a body. @default 65536 */
  readonly maxBytes?: number | undefined;
  /** Milliseconds for a body to arrive. @default 10000 */
  readonly bodyTimeout?: number | undefined;
  /** Events of a request, 100 at most. @default 100 */
  readonly maxEvents?: number | undefined;
  /** Metadata keys of an event. @default 20 */
  readonly maxMetadataKeys?: number | undefined;
  /** Milliseconds an event may be old, once a wrong clock of its page is corrected. @default 604800000, 7 days */
  readonly maxAge?: number | undefined;
  /**
   * Milliseconds that clocks of pages may be off: so far an event may lie in the future, and times of a page whose clock
   * is off by more, and by more than ten minutes, are corrected. @default 3600000, an hour
   */
  readonly maxAhead?: number | undefined;
  /** How many events a caller may send, or `false` for any number. @default 600 in 60000 milliseconds */
  readonly rate?: RateOptions | false | undefined;
  /**
   * Told what a function of yours threw or that it took too long, and what cannot work; the page only learns that the
   * relay is not available.
   * @default `console.warn`, the first time for each task
   */
  readonly onError?: ((error: unknown, task: RelayTask) => void) | undefined;
  /** Time, for tests. */
  readonly clock?: Clock | undefined;
}
