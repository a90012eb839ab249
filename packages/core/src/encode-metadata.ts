import { describe, kindOf } from "./describe.ts";
import { encodeMetadataValue } from "./encode-metadata-value.ts";
import type { Issue, WarningCode } from "./issue.ts";
import type { WireMetadata, WireMetadataValue } from "./metadata.ts";
import { createReport, type Failure, failure, type Report } from "./report.ts";

/** Limits of Intercom that its documents disagree on. */
export interface EncodeOptions {
  /**
   * Keys of metadata that Intercom tracks; a warning names those beyond. The API reference says 10,
   * help article 175 says 20.
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
  const entries: [string, WireMetadataValue][] = [];
  try {
    if (typeof metadata !== "object" || metadata === null || kindOf(metadata) !== "Object") {
      report.error(
        "metadata",
        "not_an_object",
        `metadata must be an object of values by key, got ${describe(metadata)}`,
      );
      return {};
    }
    const seen = new Map<string, string>();
    for (const key of Object.keys(metadata)) {
      const entry = collectEntry(metadata, key, { report, seen });
      if (entry) entries.push(entry);
    }
    warnOfLimit([...seen.values()], metadataKeys, report);
  } catch {
    report.error(
      "metadata",
      "unreadable",
      "metadata must be a plain object, got one whose keys cannot be read",
    );
  }
  // Unlike assignment, this makes `__proto__` a key like any other.
  return Object.fromEntries(entries);
}

/** What has been found so far: the report, and the keys in use by their lower-case form. */
interface Progress {
  readonly report: Report;
  readonly seen: Map<string, string>;
}

function collectEntry(
  metadata: object,
  key: string,
  { report, seen }: Progress,
): [string, WireMetadataValue] | undefined {
  const path = pathOf(key);
  try {
    const value: unknown = Reflect.get(metadata, key);
    if (value === undefined) return undefined;
    checkKey(key, path, { report, seen });
    const encoded = encodeMetadataValue(value, { path, key, report });
    return encoded === undefined ? undefined : [key, encoded];
  } catch {
    report.error(path, "unreadable", `${path} must be a value that can be read, got one that throws`);
    return undefined;
  }
}

/** Characters that may not stand in a key: Intercom's help article 175. */
const FORBIDDEN = /[.$~`!@#%^&*'{}|\\"\0]/;

function checkKey(key: string, path: string, { report, seen }: Progress): void {
  report.count(key.length);
  const [forbidden] = FORBIDDEN.exec(key) ?? [];
  if (forbidden !== undefined) {
    report.error(path, "invalid_key", `${path} must have a key without ${JSON.stringify(forbidden)}`);
  } else if (key.trim() === "") {
    report.error(path, "invalid_key", `${path} must have a key that is not empty`);
  }
  const folded = key.toLowerCase();
  const other = seen.get(folded);
  if (other === undefined) seen.set(folded, key);
  else
    report.error(
      path,
      "duplicate_key",
      `${path} must differ from the key ${JSON.stringify(other.slice(0, 40))} in more than case`,
    );
}

function warnOfLimit(keys: string[], limit: number, report: Report): void {
  if (keys.length <= limit) return;
  const ignored = keys.slice(limit);
  const names = ignored.slice(0, 10).map((key) => JSON.stringify(key.slice(0, 40)));
  if (ignored.length > names.length) names.push("…");
  report.warn(
    "metadata",
    "key_limit",
    `metadata has ${keys.length} keys; Intercom may ignore all but the first ${limit}: ${names.join(", ")}`,
  );
  if (keys.some((key) => /^(?:0|[1-9]\d*)$/.test(key))) {
    report.warn(
      "metadata",
      "integer_key",
      "metadata has keys that look like whole numbers; JavaScript moves them to the front, so they count among the first",
    );
  }
}

/** Where a key stands: `metadata.price`, or `metadata["a b"]` for keys that are no plain words. */
function pathOf(key: string): string {
  return /^[A-Za-z_][\w-]{0,39}$/.test(key)
    ? `metadata.${key}`
    : `metadata[${JSON.stringify(key.slice(0, 40))}]`;
}
