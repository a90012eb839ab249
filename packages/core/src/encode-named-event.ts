import { collectEventName } from "./encode-event-name.ts";
import { collectMetadata, type EncodeOptions } from "./encode-metadata.ts";
import type { Issue, WarningCode } from "./issue.ts";
import type { WireMetadata } from "./metadata.ts";
import { createReport, type Failure, failure } from "./report.ts";

/** A name and metadata ready to send with their warnings, or all their problems. */
export type EncodedNamedEvent =
  | {
      readonly ok: true;
      readonly event: { readonly eventName: string; readonly metadata?: WireMetadata };
      readonly warnings: readonly Issue<WarningCode>[];
    }
  | Failure;

/**
 * Encodes an event whose contact and time are known elsewhere, as the Messenger knows them. It collects
 * all problems and never throws. For packages that build on core.
 */
export function encodeNamedEvent(
  eventName: unknown,
  metadata: unknown,
  options: EncodeOptions = {},
): EncodedNamedEvent {
  const report = createReport();
  const name = collectEventName(eventName, report);
  const details =
    metadata === undefined ? undefined : { metadata: collectMetadata(metadata, report, options) };
  // Without problems the name is there.
  const event = { eventName: name as string, ...details };
  return failure(report) ?? { ok: true, event, warnings: report.warnings };
}
