/**
 * Sends data events to Intercom from Node.js and Bun.
 *
 * @example
 * const client = createClient({ token: process.env.INTERCOM_ACCESS_TOKEN! });
 * client.track({ userId: "314159", eventName: "placed-order", metadata: { price: monetaryAmount(34999, "eur") } });
 * await client.close();
 * @module @intercom-events/node
 */
export type {
  AnyEvent,
  ByCatalog,
  CatalogArguments,
  CatalogEvent,
  CatalogMetadata,
  CheckedMetadata,
  Client,
  ClientEvents,
  ClientOptions,
  ClientStats,
  CloseReport,
  Contact,
  ContactTracker,
  components,
  DataEvent,
  DeadLetter,
  DecodedMetadata,
  DecodedValue,
  DiagnosticEvents,
  DropReason,
  Ending,
  ErrorCode,
  EventCatalog,
  EventMetadata,
  EventSummary,
  FailedVerdict,
  FlushReport,
  FullPolicy,
  GivenCatalog,
  Issue,
  IssueCode,
  LeaseRequest,
  Metadata,
  MetadataValue,
  MonetaryAmount,
  NamedEvent,
  NewEventSummary,
  Outbox,
  OutboxCounts,
  OutboxErrorCode,
  OutboxOptions,
  OutboxRecord,
  Outcome,
  OutcomeStatus,
  operations,
  paths,
  QueueOptions,
  RateBudget,
  Receipt,
  Region,
  Replied,
  ReplyError,
  RetryOptions,
  RichLink,
  Token,
  TrackAny,
  TrackAnyOf,
  TrackCatalog,
  TrackCatalogOf,
  TrackedEvent,
  TrackOptions,
  Verdict,
  VerdictKind,
  WaitOptions,
  WarningCode,
  WebUrl,
  WireEvent,
} from "@intercom-events/core";
export { IntercomError, monetaryAmount, OutboxError, richLink } from "@intercom-events/core";
export { type CloseOnSignalOptions, closeOnSignal } from "./close-on-signal.ts";
export { createClient, type NodeClientOptions } from "./create-client.ts";
export type { SqliteOutboxOptions } from "./sqlite-options.ts";
export { sqliteOutbox } from "./sqlite-outbox.ts";
