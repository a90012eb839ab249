import { encodeMetadataValue } from "./encode-metadata-value.ts";
import type { Issue, WarningCode } from "./issue.ts";
import { memo } from "./memo.ts";
import type { WireMetadata } from "./metadata.ts";
import { remarkOnKeys } from "./remarks.ts";
import { createReport, type Failure, failure, type Report, refuse } from "./report.ts";
import { isObject } from "./tag-of.ts";

/** Limits of Intercom that its documents disagree on. */
export interface EncodeOptions {
  /**
   * Keys of metadata that Intercom tracks; a warning names those beyond. The API reference
   * says 10, help article 175 says 20.
   * @default 10
   */
  readonly metadataKeys?: number | undefined;
}

/** Metadata ready to send with its warnings, or all its problems. */
export type EncodedMetadata =
  | { readonly ok: true; readonly metadata: WireMetadata; readonly warnings: readonly Issue<WarningCode>[] }
  | Failure;

/**
 * Encodes metadata as Intercom stores it: dates as Unix seconds, links as texts, amounts with the
 * currency in lower case. Keys keep their order, and those whose value is `undefined` are left out.
 * It collects all problems and never throws.
 *
 * Rules: the spec's schema `Metadata`; keys and lengths from Intercom's help article 175.
 *
 * @example
 * encodeMetadata({ order_date: new Date(), price: monetaryAmount(34999, "eur") });
 * // { ok: true, metadata: { order_date: 1671028894, price: { amount: 34999, currency: "eur" } }, warnings: [] }
 */
export function encodeMetadata(metadata: unknown, options: EncodeOptions = {}): EncodedMetadata {
  const report = createReport();
  const encoded = collectMetadata(metadata, report, options);
  return failure(report) ?? { ok: true, metadata: encoded, warnings: report.warnings };
}

/** Encodes metadata into a report that may already hold other findings. */
export function collectMetadata(metadata: unknown, report: Report, options: EncodeOptions): WireMetadata {
  let encoded: Record<string, unknown> = {};
  let source = encoded;
  let keys: string[] = [];
  try {
    if (isObject(metadata)) {
      source = metadata as typeof source;
      try {
        // All values are read at once, which keeps the shape of the object.
        encoded = { ...source };
        source = encoded;
      } catch {
        // One of them throws: they are read one by one.
      }
      keys = Object.keys(source); // Of the copy, as a proxy may have others by now.
    } else refuse(report, "metadata", "not_an_object", metadata);
  } catch (error) {
    refuse(report, "metadata", "unreadable", error);
  }
  let haveCapitals = false;
  for (const key of keys) {
    const { path, isAllowed, isDate, hasCapitals } = factsOf(key);
    try {
      const value = source[key];
      if (value === undefined) {
        delete encoded[key];
        continue;
      }
      report.characters += key.length;
      if (!isAllowed) refuse(report, path, "invalid_key", key);
      const wire = encodeMetadataValue(path, value, report, isDate);
      if (wire !== value || source !== encoded) encoded[key] = wire;
    } catch (error) {
      refuse(report, path, "unreadable", error);
    }
    // Keys in lower case cannot be the same but for case, and most are.
    haveCapitals ||= hasCapitals;
  }
  if (haveCapitals) refuseDuplicates(Object.keys(encoded), report);
  remarkOnKeys(encoded, keys.length, options, report);
  return encoded as WireMetadata; // Where a value is none, nothing of it is sent.
}

/** What is known of a key by itself. */
interface KeyFacts {
  /** Where it stands: `metadata.price`, or `metadata["a b"]` for keys that are no plain words. */
  readonly path: string;
  readonly isAllowed: boolean;
  /** Whether it says that its value is a date. */
  readonly isDate: boolean;
  readonly hasCapitals: boolean;
}

const factsOf = memo((key): KeyFacts => {
  const isPlain = /^[a-z_][\w-]{0,39}$/i.test(key);
  return {
    path: isPlain ? `metadata.${key}` : `metadata[${JSON.stringify(key.slice(0, 40))}]`,
    isAllowed: isPlain || !FORBIDDEN.test(key),
    isDate: /_date$/i.test(key),
    hasCapitals: key !== key.toLowerCase(),
  };
});

/** Blank keys, and characters that may not stand in a key: Intercom's help article 175. */
const FORBIDDEN = /[.$~`!@#%^&*'{}|\\"\0]|^\s*$/;

function refuseDuplicates(keys: readonly string[], report: Report): void {
  const seen = new Set<string>();
  for (const key of keys) {
    const folded = key.toLowerCase();
    if (seen.has(folded)) refuse(report, factsOf(key).path, "duplicate_key", key);
    seen.add(folded);
  }
}
