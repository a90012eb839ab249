import type { StoredMetadata } from "../../src/stored-event.ts";

/** A metadata value, as Intercom takes it to be. */
export type ReadValue =
  | { readonly kind: "money"; readonly text: string; readonly raw: string }
  | { readonly kind: "date"; readonly at: Date; readonly raw: string }
  | { readonly kind: "link"; readonly href: string; readonly text: string }
  | { readonly kind: "text" | "number" | "boolean"; readonly text: string };

// ISO 4217: minor units other than hundredths. What Intl knows of them follows usage instead.
const decimalsByCurrency: Readonly<Record<string, number>> = {
  ...Object.fromEntries(
    "BIF CLP DJF GNF ISK JPY KMF KRW PYG RWF UGX UYI VND VUV XAF XOF XPF".split(" ").map((code) => [code, 0]),
  ),
  ...Object.fromEntries("BHD IQD JOD KWD LYD OMR TND".split(" ").map((code) => [code, 3])),
  CLF: 4,
  UYW: 4,
};

/** The last second a `Date` can hold. */
const lastSecond = 8_640_000_000_000;

/**
 * Reads a metadata value the way the reference of data events has it: amounts are in the currency's
 * minor unit, numbers under a key that ends in `_date` are Unix seconds, URLs are links. Only http and
 * https make a link; anything else is text.
 */
export function readValue(key: string, value: StoredMetadata[string], locale?: string): ReadValue {
  switch (typeof value) {
    case "boolean":
      return { kind: "boolean", text: String(value) };
    case "number":
      return readNumber(key, value);
    case "string":
      return readText(value, value);
    case "object":
      return "amount" in value ? readMoney(value, locale) : readText(value.value, value.url);
    default:
      return value satisfies never;
  }
}

function readNumber(key: string, value: number): ReadValue {
  const isDate = /_date$/i.test(key) && Number.isInteger(value) && Math.abs(value) <= lastSecond;
  if (!isDate) return { kind: "number", text: String(value) };
  return { kind: "date", at: new Date(value * 1000), raw: String(value) };
}

function readText(text: string, url: string): ReadValue {
  const href = webAddress(url);
  if (href !== undefined) return { kind: "link", href, text };
  return { kind: "text", text: text === url ? text : `${text} (${url})` };
}

function webAddress(text: string): string | undefined {
  if (!/^https?:\/\//i.test(text) || !URL.canParse(text)) return undefined;
  const { protocol, href } = new URL(text);
  return protocol === "https:" || protocol === "http:" ? href : undefined;
}

function readMoney(
  { amount, currency }: { readonly amount: number; readonly currency: string },
  locale: string | undefined,
): ReadValue {
  const raw = `${amount} ${currency}`;
  const code = currency.toUpperCase();
  if (!/^[A-Z]{3}$/.test(code) || !Number.isSafeInteger(amount)) return { kind: "text", text: raw };
  const decimals = decimalsByCurrency[code] ?? 2;
  const format = new Intl.NumberFormat(locale, {
    style: "currency",
    currency: code,
    minimumFractionDigits: decimals,
    maximumFractionDigits: decimals,
  });
  // A decimal text is formatted exactly; a division would not be.
  return { kind: "money", text: format.format(withPoint(amount, decimals) as `${number}`), raw };
}

function withPoint(amount: number, decimals: number): string {
  const sign = amount < 0 ? "-" : "";
  const digits = String(Math.abs(amount)).padStart(decimals + 1, "0");
  const cut = digits.length - decimals;
  return decimals === 0 ? sign + digits : `${sign}${digits.slice(0, cut)}.${digits.slice(cut)}`;
}
