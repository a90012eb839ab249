/**
 * Sends data events to Intercom from a page, by its Messenger or by a relay on your own site.
 *
 * @example
 * const tracker = createTracker({ route: relay({ url: "/intercom/events" }), outbox: indexedDbOutbox() });
 * tracker.track("invited-friend", { invite_code: "ADDAFRIEND" });
 * @module @intercom-events/browser
 */
export {
  type AnyEvent,
  type ByCatalog,
  type CatalogArguments,
  type CheckedMetadata,
  type Clock,
  type CloseReport,
  type DropReason,
  type EventCatalog,
  type FlushReport,
  type GivenCatalog,
  type Issue,
  type IssueCode,
  type Metadata,
  type MetadataValue,
  type MonetaryAmount,
  monetaryAmount,
  type Outcome,
  type OutcomeStatus,
  type Receipt,
  type RichLink,
  richLink,
  type Verdict,
  type WaitOptions,
  type WebUrl,
  type WireMetadata,
} from "@intercom-events/core";
export { createTracker } from "./create-tracker.ts";
export { type IndexedDbOutboxOptions, indexedDbOutbox } from "./indexed-db-outbox.ts";
export { type MessengerOptions, messenger } from "./messenger.ts";
export type { PageDraft, PageOutbox } from "./page-outbox.ts";
export { type PageRetryOptions, type RelayOptions, relay } from "./relay.ts";
export type { EncodedPageEvent, Route } from "./route.ts";
export type {
  QueueOptions,
  Track,
  Tracker,
  TrackerEvents,
  TrackerOptions,
} from "./tracker.ts";
