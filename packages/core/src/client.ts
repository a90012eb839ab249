import type { AnyEvent, ByCatalog, CatalogArguments, CatalogEvent } from "./catalog.ts";
import type { DataEvent, EventSummary, NewEventSummary } from "./data-event.ts";
import type { Contact, TrackedEvent, WireEvent } from "./event.ts";
import type { Issue } from "./issue.ts";
import type { CheckedMetadata } from "./metadata.ts";
import type { Outcome, Receipt } from "./outcome.ts";
import type { ClientStats } from "./stats.ts";
import type { Verdict } from "./verdict.ts";

/** What a client tells its listeners. */
export interface ClientEvents {
  /** An event has ended. `event` is the body of its request, absent when it was `invalid`. */
  outcome: { readonly outcome: Outcome; readonly event?: WireEvent };
  /** An event will be sent again, `delay` milliseconds from now at the earliest. */
  retry: { readonly event: WireEvent; readonly verdict: Verdict; readonly delay: number };
  /** The access token is refused: nothing is being sent until `resumed`; the verdict says why. */
  paused: { readonly verdict: Verdict };
  /** Events are being sent again. */
  resumed: Record<never, never>;
  /** An event is sent although something about it deserves a look. */
  warning: { readonly warnings: readonly Issue[]; readonly event: WireEvent };
}

/** When an event happened, for a bound tracker. */
export interface TrackOptions {
  /** A `Date`, or Unix **seconds**. @default now */
  readonly createdAt?: Date | number | undefined;
}

/** `track` without a catalogue: any name, metadata checked value by value. */
export type TrackAny = <M extends object>(event: TrackedEvent<string, M>) => Receipt;

/** `track` with a catalogue: a name of the catalogue, with the metadata declared for it. */
export type TrackCatalog<Catalog> = <Name extends keyof Catalog & string>(
  event: CatalogEvent<Catalog, Name>,
) => Receipt;

/** A bound `track` without a catalogue. */
export type TrackAnyOf = <M extends object>(
  eventName: string,
  metadata?: M & CheckedMetadata<M>,
  options?: TrackOptions,
) => Receipt;

/** A bound `track` with a catalogue. */
export type TrackCatalogOf<Catalog> = <Name extends keyof Catalog & string>(
  eventName: Name,
  ...rest: CatalogArguments<Catalog, Name, [options?: TrackOptions]>
) => Receipt;

/** Tracks events of one contact. */
export interface ContactTracker<Catalog extends object> {
  /** Like {@link Client.track}, for this contact. */
  readonly track: ByCatalog<Catalog, TrackAnyOf, TrackCatalogOf<Catalog>>;
}

/** How long to wait. */
export interface WaitOptions {
  /** Milliseconds. @default no limit for `flush`, 30000 for `close` */
  readonly timeout?: number | undefined;
}

/** What is left after `flush`. */
export interface FlushReport {
  /**
   * Events of this client that still have no outcome; after `close`, those that an outbox keeps for the next time. What
   * others have left in the outbox is not among them: its `counts()` tells.
   */
  readonly pending: number;
  /**
   * Events that have ended, and whose end the outbox did not take, as a warning said. It may hold them still; then the
   * next client of the outbox sends them again, with the same bytes. Absent if there are none.
   */
  readonly unsettled?: number;
}

/** What was left after `close`. */
export interface CloseReport extends FlushReport {
  /** Events dropped since `close` was called, for any reason, those that were tracked while it was closing among them. */
  readonly dropped: number;
}

/** Sends data events to Intercom, and reads them. */
export interface Client<Catalog extends object = AnyEvent> {
  /**
   * Takes an event and sends it soon. It never throws, and the receipt never rejects, whatever it is
   * given: an event that cannot be sent ends as `invalid` with issues.
   */
  readonly track: ByCatalog<Catalog, TrackAny, TrackCatalog<Catalog>>;
  /** A tracker of one contact's events. */
  contact(contact: Contact): ContactTracker<Catalog>;
  /**
   * The contact's events of the last 90 days, newest first, fetched page by page as they are read
   * (`GET /events`), `perPage` (50) at a time. What it returns can be read once: call it again to read again. As the
   * other reads, it draws on the same allowance as events, and is not repeated when it fails.
   *
   * @throws {TypeError} at once, for a contact or an option that is none
   * @throws {IntercomError} while reading, when Intercom's answer is no or none came
   */
  events(
    contact: Contact,
    options?: {
      /** Events of one page. @default 50 */
      readonly perPage?: number | undefined;
    },
  ): AsyncIterable<DataEvent>;
  /**
   * How often each event of the contact happened (`GET /events?summary=true`). Not repeated when it fails.
   *
   * @throws {TypeError} for a contact that is none
   * @throws {IntercomError} when Intercom's answer is no or none came
   */
  summaries(contact: Contact): Promise<EventSummary[]>;
  /**
   * Sets how often an event of a user happened (`POST /events/summaries`), for instance after a
   * migration. Not repeated when it fails.
   *
   * @throws {TypeError} for a summary that cannot be sent, saying why
   * @throws {IntercomError} when Intercom's answer is no or none came
   */
  createSummary(summary: NewEventSummary): Promise<void>;
  /**
   * Waits until each event tracked so far has its outcome and the outbox holds none that is due, or until the `timeout`
   * is over. It keeps the process alive meanwhile, except without a `timeout` while a fixed token is refused: nothing
   * would change by itself.
   *
   * @throws {TypeError} for a `timeout` that is no length of time, as `close` does
   */
  flush(options?: WaitOptions): Promise<FlushReport>;
  /**
   * Takes no more events and waits for those there are, 30 seconds if no `timeout` is given. What has
   * no outcome by then is dropped as `closed`, or stays in the outbox if there is one: then its receipt
   * stays open, and the next client of the outbox sends it. An outbox that does not answer then is waited for fifteen
   * seconds more at most; what it has not said that it keeps is dropped as `not_stored`, and may be kept all the same.
   * From then on reads fail, too.
   */
  close(options?: WaitOptions): Promise<CloseReport>;
  /**
   * Sends again after the access token was refused (`paused`), for instance when its scopes have been
   * extended. A token given as a function is asked for again without it, and sending goes on when it
   * returns another one.
   */
  resume(): void;
  /**
   * Calls the listener from now on, until the returned function is called.
   *
   * @throws {TypeError} for another name, or a listener that is no function
   */
  on<Name extends keyof ClientEvents>(
    name: Name,
    listener: (payload: ClientEvents[Name]) => void,
  ): () => void;
  /** Counts of what has happened so far. */
  stats(): ClientStats;
  /** Closes the client at the end of an `await using` block. */
  [Symbol.asyncDispose](): Promise<void>;
}
