/**
 * What every runtime shares: encoders, the classifier of replies, and a client over any transport.
 *
 * @example
 * encodeMetadata({ order_date: new Date(), price: monetaryAmount(34999, "eur") });
 * @module @intercom-events/core
 */
export type {
  AnyEvent,
  ByCatalog,
  CatalogArguments,
  CatalogEvent,
  CatalogMetadata,
  EventCatalog,
  EventMetadata,
  GivenCatalog,
} from "./catalog.ts";
export { classifyResponse } from "./classify-response.ts";
export type {
  Client,
  ClientEvents,
  CloseReport,
  ContactTracker,
  FlushReport,
  TrackAny,
  TrackAnyOf,
  TrackCatalog,
  TrackCatalogOf,
  TrackOptions,
  WaitOptions,
} from "./client.ts";
export type { ClientOptions, CoreClientOptions, Region } from "./client-options.ts";
export { type Clock, systemClock } from "./clock.ts";
export { createClient } from "./create-client.ts";
export { createIssue } from "./create-issue.ts";
export type { DataEvent, EventSummary, NewEventSummary } from "./data-event.ts";
export { type DecodedMetadata, type DecodedValue, decodeMetadata } from "./decode-metadata.ts";
export { describeLoss, type Loss } from "./describe-loss.ts";
export type { DiagnosticChannel, DiagnosticEvents } from "./diagnostics.ts";
export { createEmitter, type Emitter } from "./emitter.ts";
export { type EncodedEvent, encodeEvent } from "./encode-event.ts";
export { type EncodedMetadata, type EncodeOptions, encodeMetadata } from "./encode-metadata.ts";
export { type EncodedNamedEvent, encodeNamedEvent } from "./encode-named-event.ts";
export type {
  Contact,
  NamedEvent,
  TrackedEvent,
  WireEvent,
} from "./event.ts";
export { createExitFlush, type Exiting } from "./exit-flush.ts";
export { foldName } from "./fold-name.ts";
export type { components, operations, paths } from "./generated/openapi.ts";
export type { components as relayComponents } from "./generated/relay.ts";
export { type FailedVerdict, IntercomError } from "./intercom-error.ts";
export { isDelivered } from "./is-delivered.ts";
export type { ErrorCode, Issue, IssueCode, WarningCode } from "./issue.ts";
export { MAX_MOVE } from "./limits.ts";
export {
  createMemoryStore,
  type KeptEvent,
  type MemoryOutboxOptions,
  type MemoryStore,
  memoryOutbox,
} from "./memory-outbox.ts";
export type {
  CheckedMetadata,
  Metadata,
  MetadataValue,
  MonetaryAmount,
  RichLink,
  WebUrl,
  WireMetadata,
  WireMetadataValue,
} from "./metadata.ts";
export { monetaryAmount } from "./money.ts";
export {
  type DeadLetter,
  type Ending,
  type LeaseRequest,
  type Outbox,
  type OutboxCounts,
  OutboxError,
  type OutboxErrorCode,
  type OutboxRecord,
} from "./outbox.ts";
export {
  type OutboxOptions,
  type OutboxPolicy,
  outboxInteger,
  resolveOutboxOptions,
  wrongOutboxOption,
} from "./outbox-options.ts";
export type { DropReason, Outcome, OutcomeStatus, Receipt } from "./outcome.ts";
export type { RateBudget } from "./pacer.ts";
export { parseHttpDate } from "./parse-reset.ts";
export type { RelayError, RelayEvent, RelayReply, RelayRequest, RelayResult } from "./relay-contract.ts";
export type { Failure } from "./report.ts";
export type { DeliveryChoices, FullPolicy, QueueOptions } from "./resolve-delivery.ts";
export { backoff, type RetryOptions, type RetryPolicy } from "./retry-policy.ts";
export { richLink } from "./rich-link.ts";
export { type SplitOptions, splitRuntimeOptions } from "./runtime-options.ts";
export { safeOutcome } from "./safe-outcome.ts";
export type { ClientStats } from "./stats.ts";
export type { Token } from "./token.ts";
export type { ReadReply, RecordedReply, Transport, WireReply, WireRequest } from "./transport.ts";
export type { Replied, ReplyError, Verdict, VerdictKind } from "./verdict.ts";
