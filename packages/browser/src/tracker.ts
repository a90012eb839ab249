import type {
  AnyEvent,
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
import type { EncodedPageEvent, Route } from "./route.ts";

/** Options of {@link createTracker}. There is none for an access token, which must never be in a page. */
export interface TrackerOptions {
  /** Which way the events go: `messenger()`. */
  readonly route: Route;
  /** How events wait until they can be delivered. */
  readonly queue?: QueueOptions;
  /**
   * Keys of metadata that Intercom tracks; a warning names the first beyond.
   * @default 10
   */
  readonly metadataKeys?: number;
  /**
   * Time and timers, for tests.
   * @default the page's
   */
  readonly clock?: Clock;
}

/** How events wait until they can be delivered. */
export interface QueueOptions {
  /**
   * The most events that wait, in memory. A further one is dropped as `queue_full`.
   * @default 1000
   */
  readonly maxEvents?: number;
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
   * Takes no more events and waits for those there are, no longer than the route lets them wait. What
   * has no outcome when the time is up is dropped as `closed`; with `timeout: 0` that is at once.
   */
  close(options?: WaitOptions): Promise<CloseReport>;
  /**
   * Drops what waits and refuses further events, as `opted_out`, until {@link Tracker.optIn}. The next
   * page does not remember it.
   */
  optOut(): void;
  /** Ends {@link Tracker.optOut}. */
  optIn(): void;
  /** Adds a listener and answers how to remove it. */
  on<Name extends keyof TrackerEvents>(
    name: Name,
    listener: (payload: TrackerEvents[Name]) => void,
  ): () => void;
}

/** `track`: any event name and metadata, or those of the catalogue. */
export type Track<Catalog extends EventCatalog> = string extends keyof Catalog
  ? <M extends object>(eventName: string, metadata?: M & CheckedMetadata<M>) => Receipt
  : <Name extends keyof Catalog & string>(
      eventName: Name,
      ...metadata: MetadataArgument<Catalog[Name]>
    ) => Receipt;

/** The metadata a catalogue declares, which may only be left out when none of its keys is required. */
type MetadataArgument<M> =
  Partial<M> extends M ? [metadata?: M & CheckedMetadata<M>] : [metadata: M & CheckedMetadata<M>];

/** What a tracker tells its listeners. */
export interface TrackerEvents {
  /** An event has ended. `event` is absent when it was `invalid`, or refused unread. */
  outcome: { readonly outcome: Outcome; readonly event?: EncodedPageEvent };
  /** An event is sent although something about it deserves a look. */
  warning: { readonly warnings: readonly Issue[]; readonly event: EncodedPageEvent };
}
