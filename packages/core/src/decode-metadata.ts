import type { WireMetadata } from "./metadata.ts";

/** One metadata value with the type Intercom shows it as. */
export type DecodedValue =
  | { readonly type: "string"; readonly value: string }
  | { readonly type: "number"; readonly value: number }
  | { readonly type: "boolean"; readonly value: boolean }
  | { readonly type: "date"; readonly value: Date }
  | { readonly type: "link"; readonly url: string }
  | { readonly type: "rich_link"; readonly url: string; readonly value: string }
  | { readonly type: "monetary_amount"; readonly amount: number; readonly currency: string };

/** Metadata by key, in the order received. */
export interface DecodedMetadata {
  /** The value of a key, with its type. */
  readonly [key: string]: DecodedValue;
}

/**
 * Reads metadata as Intercom would show it. It never fails: Intercom checks no types, so a value that fits none of them
 * becomes a string, its JSON. An event without metadata has `{}`.
 *
 * @example
 * decodeMetadata({ order_date: 1671028894, site: "https://example.org" });
 * // { order_date: { type: "date", value: Date }, site: { type: "link", url: "https://example.org" } }
 */
export function decodeMetadata(wire: WireMetadata | null | undefined): DecodedMetadata {
  return Object.fromEntries(Object.entries(wire ?? {}).map(([key, value]) => [key, decodeValue(key, value)]));
}

/** The last second a `Date` can hold. */
const MAX_SECONDS = 8.64e12;

function decodeValue(key: string, value: unknown): DecodedValue {
  switch (typeof value) {
    case "string":
      return isWebAddress(value) ? { type: "link", url: value } : { type: "string", value };
    case "number":
      return /_date$/i.test(key) && Math.abs(value) <= MAX_SECONDS
        ? { type: "date", value: new Date(value * 1000) }
        : { type: "number", value };
    case "boolean":
      return { type: "boolean", value };
    default:
      return decodeObject(value) ?? { type: "string", value: JSON.stringify(value) ?? "" };
  }
}

function decodeObject(value: unknown): DecodedValue | undefined {
  if (typeof value !== "object" || value === null) return undefined;
  const { url, value: text, amount, currency } = value as Record<string, unknown>;
  if (typeof url === "string" && typeof text === "string") return { type: "rich_link", url, value: text };
  if (typeof amount === "number" && typeof currency === "string")
    return { type: "monetary_amount", amount, currency };
  return undefined;
}

function isWebAddress(text: string): boolean {
  if (!/^https?:\/\/\S+$/i.test(text)) return false;
  try {
    new URL(text);
    return true;
  } catch {
    return false;
  }
}
