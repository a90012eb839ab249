import type {
  AnyEvent,
  ByCatalog,
  CatalogArguments,
  CheckedMetadata,
  Clock,
  CloseReport,
  EventCatalog,
  FlushReport,
  Issue,
  Outcome,
  Receipt,
  WaitOptions,
} from "@intercom-events/core";
import type { PageOutbox } from "./page-outbox.ts";
import type { EncodedPageEvent, Route } from "./route.ts";

/** Options of {@link createTracker}. There is none for an access token, which must never be in a page. */
export interface TrackerOptions {
  /** Which way the events go: `messenger()` or `relay({ … })`. */
  readonly route: Route;
  /**
   * Where events are kept until they have an outcome, for all tabs: `indexedDbOutbox()`. One for each
   * tracker.
   * @default memory alone
   */
  readonly outbox?: PageOutbox | undefined;
  /** How events wait until they can be delivered. */
  readonly queue?: QueueOptions | undefined;
  /**
   * Keys of metadata that Intercom tracks; a warning names those beyond.
   * @default 10
   */
  readonly metadataKeys?: number | undefined;
  /**
   * Time and timers, for tests.
   * @default the page's
   */
  readonly clock?: Clock | undefined;
  /** At least 0 and less than 1, for tests. @default `Math.random` */
  readonly random?: (() => number) | undefined;
}

/** How events wait until they can be delivered. */
export interface QueueOptions {
  /**
   * The most events of this page without an outcome. A further one is dropped as `queue_full`.
   * @default 1000
   */
  readonly maxEvents?: number | undefined;
  /** The most characters of their names and metadata, as JSON. @default 1048576 */
  readonly maxBytes?: number | undefined;
  /** Which event is dropped then: the new one, or the one that has waited longest. @default "drop_newest" */
  readonly policy?: "drop_newest" | "drop_oldest" | undefined;
}

/** Sends the events of a page; {@link createTracker}. */
export interface Tracker<Catalog extends EventCatalog = AnyEvent> {
  /**
   * Tracks that something happened. It never throws, and its receipt never rejects and may be left
   * alone. The event is read at once: what is changed in `metadata` later is not sent.
   */
  readonly track: Track<Catalog>;
  /**
   * Delivers at once what can be delivered, and waits until each event tracked so far has its outcome,
   * or the time is up.
   */
  flush(options?: WaitOptions): Promise<FlushReport>;
  /**
   * Takes no more events and waits for those there are, 30 seconds if no `timeout` is given. What has no
   * outcome by then is dropped as `closed`, or stays in the outbox if there is one: then its receipt stays
   * open, and the next page delivers it. With `timeout: 0` that is at once.
   */
  close(options?: WaitOptions): Promise<CloseReport>;
  /**
   * Drops what waits, deletes what the outbox holds, and refuses further events, as `opted_out`, until
   * {@link Tracker.optIn}. The next page does not remember it.
   */
  optOut(): void;
  /** Ends {@link Tracker.optOut}. */
  optIn(): void;
  /** Adds a listener and returns a function that removes it. */
  on<Name extends keyof TrackerEvents>(
    name: Name,
    listener: (payload: TrackerEvents[Name]) => void,
  ): () => void;
}

/** `track`: any event name and metadata, or those of the catalogue. */
export type Track<Catalog extends EventCatalog> = ByCatalog<
  Catalog,
  <M extends object>(eventName: string, metadata?: M & CheckedMetadata<M>) => Receipt,
  <Name extends keyof Catalog & string>(
    eventName: Name,
    ...metadata: CatalogArguments<Catalog, Name>
  ) => Receipt
>;

/** What a tracker tells its listeners. */
export interface TrackerEvents {
  /**
   * An event has ended: one of this page, or one that this page has lost for another. `event` is absent when
   * it was `invalid`, or refused unread.
   */
  outcome: { readonly outcome: Outcome; readonly event?: EncodedPageEvent };
  /**
   * An event is sent although something about it deserves a look. In published pages that is only said of its second:
   * `second_moved` and `second_taken`.
   */
  warning: { readonly warnings: readonly Issue[]; readonly event: EncodedPageEvent };
}
