import { tagOf } from "./describe.ts";
import { encodeText } from "./encode-text.ts";
import { encodeTime } from "./encode-time.ts";
import type { components } from "./generated/openapi.ts";
import type { WireMetadataValue } from "./metadata.ts";
import { type Report, refuse, remark } from "./report.ts";

type WireRichLink = components["schemas"]["RichLink"];
type WireMonetaryAmount = components["schemas"]["MonetaryAmount"];

/** Longest text Intercom is known to show: its help article 175. */
const MAX_STRING = 255;

/**
 * Encodes the value of a key, or reports why it cannot be sent. What it answers is only worth sending
 * if the report has no problem. Throws only what a getter throws.
 *
 * @param path where its key stands, for messages
 * @param isDateKey whether its key says that it is a date
 */
export function encodeMetadataValue(
  path: string,
  value: unknown,
  report: Report,
  isDateKey: boolean,
): WireMetadataValue | undefined {
  switch (typeof value) {
    case "number":
      if (isDateKey) return encodeTime(path, value, report);
      return Number.isFinite(value) ? value : refuse(report, path, "not_finite", "a finite number", value);
    case "string":
    case "boolean":
      if (isDateKey) {
        remark(report, path, "date_value", "a Date or Unix seconds to be shown as a date", value);
      }
      return typeof value === "string" ? encodeShown(path, value, report) : value;
    default:
      return encodeObject(path, value, report, isDateKey);
  }
}

/** A text, counted, with a warning if Intercom will not show all of it. */
function encodeShown(path: string, text: string, report: Report): string {
  report.characters += text.length;
  warnOfLength(path, text, report);
  return text;
}

function warnOfLength(path: string, text: string, report: Report): void {
  if (text.length > MAX_STRING) {
    remark(report, path, "string_length", `at most ${MAX_STRING} characters to be shown whole`, text);
  }
}

function encodeObject(
  path: string,
  value: unknown,
  report: Report,
  isDateKey: boolean,
): WireMetadataValue | undefined {
  const tag = tagOf(value);
  switch (tag) {
    case "[object Date]":
      if (isDateKey) return encodeTime(path, value, report);
      return refuse(report, path, "date_key", "under a key that ends in _date", value);
    case "[object URL]":
      return encodeShown(path, encodeLink(path, value, report), report);
    case "[object Object]": {
      const fields = Object.keys(value as object);
      if (areBoth(fields, "url", "value")) return encodeRichLink(path, value as WireRichLink, report);
      if (areBoth(fields, "amount", "currency")) {
        return encodeMonetaryAmount(path, value as WireMonetaryAmount, report);
      }
    }
  }
  return refuse(
    report,
    path,
    tag === "[object Object]" || tag === "[object Array]" ? "nested_value" : "unsupported_value",
    "a string, number, boolean, Date, URL, { url, value } or { amount, currency }",
    value,
  );
}

function areBoth(fields: readonly string[], first: string, second: string): boolean {
  return fields.length === 2 && fields.includes(first) && fields.includes(second);
}

function encodeLink(path: string, url: unknown, report: Report): string {
  const text = tagOf(url) === "[object URL]" ? String(url) : url;
  try {
    // URL.canParse is younger than some of the browsers that load this.
    if (typeof text === "string" && /^https?:\/\//i.test(text) && new URL(text)) return text;
  } catch {
    // It is none.
  }
  refuse(report, path, "invalid_link", "an absolute http: or https: address", text);
  return "";
}

function encodeRichLink(path: string, link: WireRichLink, report: Report): WireRichLink {
  // Each is read once: a getter may answer something else the next time.
  const { url, value } = link;
  const wireUrl = encodeLink(`${path}.url`, url, report);
  report.characters += wireUrl.length;
  const text = encodeText(`${path}.value`, value, report);
  if (text !== undefined) warnOfLength(`${path}.value`, text, report);
  return { url: wireUrl, value } satisfies WireRichLink;
}

function encodeMonetaryAmount(path: string, money: WireMonetaryAmount, report: Report): WireMonetaryAmount {
  const { amount, currency } = money;
  if (!Number.isSafeInteger(amount)) {
    const expected = "a whole number of minor units such as cents";
    refuse(report, `${path}.amount`, "invalid_amount", expected, amount);
  } else if (amount <= 0) {
    remark(report, `${path}.amount`, "amount_sign", "positive", amount);
  }
  if (typeof currency === "string" && /^[a-z]{3}$/i.test(currency)) {
    return { amount, currency: currency.toLowerCase() };
  }
  refuse(report, `${path}.currency`, "invalid_currency", 'an ISO 4217 code such as "eur"', currency);
  return money;
}
