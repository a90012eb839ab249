import { encodeText } from "./encode-text.ts";
import { encodeTime } from "./encode-time.ts";
import type { components } from "./generated/openapi.ts";
import type { WireMetadataValue } from "./metadata.ts";
import { remarkOnAmount, remarkOnDate, remarkOnLength } from "./remarks.ts";
import { type Report, refuse } from "./report.ts";
import { tagOf } from "./tag-of.ts";

type WireRichLink = components["schemas"]["RichLink"];
type WireMonetaryAmount = components["schemas"]["MonetaryAmount"];

/**
 * Encodes the value of a key, or reports why it cannot be sent. What it returns is only worth sending
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
      return Number.isFinite(value) ? value : refuse(report, path, "not_finite", value);
    case "string":
    case "boolean":
      if (isDateKey) remarkOnDate(path, value, report);
      return typeof value === "string" ? encodeShown(value, report, path) : value;
  }
  const tag = tagOf(value);
  if (tag === "[object Date]") {
    return isDateKey ? encodeTime(path, value, report) : refuse(report, path, "date_key", value);
  }
  if (tag === "[object URL]") return encodeShown(encodeLink(path, value, report), report, path);
  const isObject = tag === "[object Object]";
  if (isObject) {
    const fields = Object.keys(value as object);
    if (areBoth(fields, "url", "value")) return encodeRichLink(path, value as WireRichLink, report);
    if (areBoth(fields, "amount", "currency")) {
      return encodeMonetaryAmount(path, value as WireMonetaryAmount, report);
    }
  }
  const isNested = isObject || tag === "[object Array]";
  return refuse(report, path, isNested ? "nested_value" : "unsupported_value", value);
}

function areBoth(fields: readonly string[], first: string, second: string): boolean {
  return fields.length === 2 && fields.includes(first) && fields.includes(second);
}

/** A text, counted, with a warning if Intercom will not show all of it. */
function encodeShown(text: string, report: Report, path: string): string {
  report.characters += text.length;
  remarkOnLength(path, text, report);
  return text;
}

function encodeLink(path: string, url: unknown, report: Report): string {
  const text = tagOf(url) === "[object URL]" ? String(url) : url;
  try {
    // URL.canParse is younger than some of the browsers that load this.
    if (typeof text === "string" && /^https?:\/\//i.test(text) && new URL(text)) return text;
  } catch {
    // It is none.
  }
  refuse(report, path, "invalid_link", text);
  return "";
}

function encodeRichLink(path: string, link: WireRichLink, report: Report): WireRichLink {
  // Each is read once: a getter may return something else the next time.
  const { url, value } = link;
  const wireUrl = encodeLink(`${path}.url`, url, report);
  report.characters += wireUrl.length;
  const text = encodeText(`${path}.value`, value, report);
  if (text !== undefined) remarkOnLength(`${path}.value`, text, report);
  return { url: wireUrl, value } satisfies WireRichLink;
}

function encodeMonetaryAmount(path: string, money: WireMonetaryAmount, report: Report): WireMonetaryAmount {
  const { amount, currency } = money;
  if (!Number.isSafeInteger(amount)) refuse(report, `${path}.amount`, "invalid_amount", amount);
  else remarkOnAmount(path, amount, report);
  if (typeof currency === "string" && /^[a-z]{3}$/i.test(currency)) {
    return { amount, currency: currency.toLowerCase() };
  }
  refuse(report, `${path}.currency`, "invalid_currency", currency);
  return money;
}
