import { describe, isObject } from "./describe.ts";
import { encodeMetadataValue } from "./encode-metadata-value.ts";
import type { Issue, WarningCode } from "./issue.ts";
import type { WireMetadata, WireMetadataValue } from "./metadata.ts";
import {
  createReport,
  type Failure,
  failure,
  type Report,
  refuse,
  refuseUnreadable,
  remark,
} from "./report.ts";

/** Limits of Intercom that its documents disagree on. */
export interface EncodeOptions {
  /**
   * Keys of metadata that Intercom tracks; a warning names the first beyond. The API reference
   * says 10, help article 175 says 20.
   * @default 10
   */
  readonly metadataKeys?: number;
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
export function collectMetadata(
  metadata: unknown,
  report: Report,
  { metadataKeys = 10 }: EncodeOptions,
): WireMetadata {
  let encoded: WireMetadata = {};
  let given = 0;
  let hasCapitals = false;
  for (const key of keysOf(metadata, report)) {
    const facts = factsOf(key);
    const { path } = facts;
    try {
      const value = (metadata as Record<string, unknown>)[key];
      if (value === undefined) continue;
      report.characters += key.length;
      if (!facts.isAllowed) refuse(report, path, "invalid_key", ALLOWED, key);
      // Where it is wrong its key is kept nevertheless, as nothing of this is sent.
      const wire = encodeMetadataValue(path, value, report, facts.isDate) as WireMetadataValue;
      // An assignment would set the prototype.
      if (key === "__proto__") encoded = { ...encoded, [key]: wire };
      else encoded[key] = wire;
      given += 1;
      hasCapitals ||= facts.hasCapitals;
    } catch (error) {
      refuseUnreadable(report, path, error);
    }
  }
  // Keys in lower case cannot be the same but for case, and most are.
  if (hasCapitals) refuseDuplicates(Object.keys(encoded), report);
  if (given > metadataKeys) warnOfLimit(Object.keys(encoded), metadataKeys, report);
  return encoded;
}

function keysOf(metadata: unknown, report: Report): string[] {
  try {
    if (isObject(metadata)) return Object.keys(metadata);
    refuse(report, "metadata", "not_an_object", "a plain object", metadata);
  } catch (error) {
    refuseUnreadable(report, "metadata", error);
  }
  return [];
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

/** Facts of keys met lately, of which a program has few. */
const known = new Map<string, KeyFacts>();
const MAX_KNOWN = 1000;

function factsOf(key: string): KeyFacts {
  const facts = known.get(key);
  if (facts) return facts;
  const found = findFacts(key);
  if (known.size >= MAX_KNOWN) known.clear();
  if (key.length <= 40) known.set(key, found); // Longer ones would make its size unbounded.
  return found;
}

function findFacts(key: string): KeyFacts {
  const isPlain = key.length <= 40 && /^[A-Za-z_][\w-]*$/.test(key);
  return {
    path: isPlain ? `metadata.${key}` : `metadata[${JSON.stringify(key.slice(0, 40))}]`,
    isAllowed: isPlain || !FORBIDDEN.test(key),
    isDate: key.slice(-5).toLowerCase() === "_date",
    hasCapitals: key !== key.toLowerCase(),
  };
}

/** Blank keys, and characters that may not stand in a key: Intercom's help article 175. */
const FORBIDDEN = /[.$~`!@#%^&*'{}|\\"\0]|^\s*$/;
const DIFFERENT = "under a key that differs in more than case";
const ALLOWED = "under a non-blank key without .$~`!@#%^&*'{}|\\\"";

function refuseDuplicates(keys: readonly string[], report: Report): void {
  const seen = new Set<string>();
  for (const key of keys) {
    const folded = key.toLowerCase();
    if (seen.has(folded)) refuse(report, factsOf(key).path, "duplicate_key", DIFFERENT, key);
    seen.add(folded);
  }
}

function warnOfLimit(keys: readonly string[], limit: number, report: Report): void {
  const expected = `of at most ${limit} keys to track ${describe(keys[limit])} and what follows`;
  remark(report, "metadata", "key_limit", expected, keys.length);
  if (/^\d+$/.test(keys[0] ?? "")) {
    remark(report, "metadata", "integer_key", "without numeric keys, which JavaScript puts first", keys[0]);
  }
}
