export { type Clock, systemClock } from "./clock.ts";
export { classifyResponse } from "./classify-response.ts";
export { type DecodedMetadata, type DecodedValue, decodeMetadata } from "./decode-metadata.ts";
export { createEmitter, type Emitter } from "./emitter.ts";
export { type EncodedEvent, encodeEvent } from "./encode-event.ts";
export { type EncodedMetadata, type EncodeOptions, encodeMetadata } from "./encode-metadata.ts";
export type { AnyEvent, CatalogEvent, Contact, EventCatalog, TrackedEvent, WireEvent } from "./event.ts";
export type { ErrorCode, Issue, IssueCode, WarningCode } from "./issue.ts";
export type {
  CheckedMetadata,
  Metadata,
  MetadataValue,
  MonetaryAmount,
  RichLink,
  WireMetadata,
  WireMetadataValue,
} from "./metadata.ts";
export { monetaryAmount } from "./money.ts";
export type { DropReason, Outcome, OutcomeStatus, Receipt } from "./outcome.ts";
export { closedReceipt, type OpenReceipt, openReceipt } from "./receipt.ts";
export type { Failure } from "./report.ts";
export { richLink } from "./rich-link.ts";
export type { ReadReply, Transport, WireReply, WireRequest } from "./transport.ts";
export type { ReplyError, Verdict, VerdictKind } from "./verdict.ts";
