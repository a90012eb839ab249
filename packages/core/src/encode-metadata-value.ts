import { describe, kindOf } from "./describe.ts";
import { encodeTime, isDate } from "./encode-time.ts";
import type { components } from "./generated/openapi.ts";
import type { WireMetadataValue } from "./metadata.ts";
import type { Report } from "./report.ts";

type WireRichLink = components["schemas"]["RichLink"];
type WireMonetaryAmount = components["schemas"]["MonetaryAmount"];

/** Longest text Intercom is known to show: its help article 175. */
const MAX_STRING = 255;

/** One value to encode: where it stands, under which key, and whom to tell. */
interface Place {
  readonly path: string;
  readonly key: string;
  readonly report: Report;
}

/** Encodes one metadata value, or reports why it cannot be sent. Throws only what a getter throws. */
export function encodeMetadataValue(value: unknown, place: Place): WireMetadataValue | undefined {
  const { path, key, report } = place;
  const isDateKey = /_date$/i.test(key);
  switch (typeof value) {
    case "string":
    case "boolean":
      if (isDateKey) {
        report.warn(
          path,
          "date_value",
          `${path} is shown as a date only if it is a Date or Unix seconds, got ${describe(value)}`,
        );
      }
      return typeof value === "string" ? encodeText(value, place) : value;
    case "number":
      if (isDateKey) return encodeTime(path, value, report);
      if (Number.isFinite(value)) return value;
      report.error(path, "not_finite", `${path} must be a finite number, got ${value}`);
      return undefined;
    case "object":
      return value === null ? unsupported(value, place) : encodeObject(value, place);
    default:
      return unsupported(value, place);
  }
}

function unsupported(value: unknown, { path, report }: Place): undefined {
  const advice = typeof value === "bigint" ? "; convert it to a number or a string" : "";
  report.error(
    path,
    "unsupported_value",
    `${path} must be a string, number, boolean, Date, URL, rich link or monetary amount, got ${describe(value)}${advice}`,
  );
  return undefined;
}

function encodeText(text: string, { path, report }: Place): string {
  report.count(text.length);
  if (text.length > MAX_STRING) {
    report.warn(
      path,
      "string_length",
      `${path} has ${text.length} characters; Intercom is known to show ${MAX_STRING}`,
    );
  }
  return text;
}

function encodeObject(value: object, place: Place): WireMetadataValue | undefined {
  const { path, key, report } = place;
  if (isDate(value)) {
    if (/_date$/i.test(key)) return encodeTime(path, value, report);
    report.error(
      path,
      "date_key",
      `${path} is a Date, so its key must end in _date: rename it to ${JSON.stringify(`${key.slice(0, 40)}_date`)}`,
    );
    return undefined;
  }
  const kind = kindOf(value);
  if (kind === "URL") {
    const url = encodeLink(path, value, report);
    return url === undefined ? undefined : encodeText(url, place);
  }
  if (kind === "Object") {
    const names = Object.keys(value);
    const keys = names.length === 2 && names.sort().join();
    if (keys === "url,value") return encodeRichLink(value as WireRichLink, place);
    if (keys === "amount,currency") return encodeMonetaryAmount(value as WireMonetaryAmount, place);
  } else if (kind !== "Array") {
    return unsupported(value, place);
  }
  report.error(
    path,
    "nested_value",
    `${path} must not hold a list or an object other than { url, value } or { amount, currency }: give each part a key of its own`,
  );
  return undefined;
}

function encodeLink(path: string, url: unknown, report: Report): string | undefined {
  const isUrl = typeof url === "object" && url !== null && kindOf(url) === "URL";
  const text = isUrl ? String(url) : url;
  if (typeof text === "string" && /^https?:\/\//i.test(text) && isUrlText(text)) return text;
  report.error(
    path,
    "invalid_link",
    `${path} must be an absolute http: or https: address, got ${describe(text)}`,
  );
  return undefined;
}

function isUrlText(text: string): boolean {
  try {
    new URL(text); // URL.canParse is younger than some of the browsers that load this.
    return true;
  } catch {
    return false;
  }
}

function encodeRichLink(link: { url: unknown; value: unknown }, place: Place): WireRichLink | undefined {
  const { path, report } = place;
  const { url, value } = link;
  const wireUrl = encodeLink(`${path}.url`, url, report);
  if (wireUrl !== undefined) report.count(wireUrl.length);
  if (typeof value !== "string") {
    report.error(
      `${path}.value`,
      "not_a_string",
      `${path}.value must be the text to show, got ${describe(value)}`,
    );
    return undefined;
  }
  if (value.trim() === "") {
    report.error(`${path}.value`, "empty", `${path}.value must be the text to show, got an empty string`);
  }
  const text = encodeText(value, { ...place, path: `${path}.value` });
  return wireUrl === undefined ? undefined : ({ url: wireUrl, value: text } satisfies WireRichLink);
}

function encodeMonetaryAmount(
  money: { amount: unknown; currency: unknown },
  { path, report }: Place,
): WireMonetaryAmount | undefined {
  const { amount, currency } = money;
  const amountIsValid = typeof amount === "number" && Number.isSafeInteger(amount);
  if (!amountIsValid) {
    report.error(
      `${path}.amount`,
      "invalid_amount",
      `${path}.amount must be a whole number of minor units such as cents, got ${describe(amount)}`,
    );
  } else if (amount <= 0) {
    report.warn(`${path}.amount`, "amount_sign", `${path}.amount is documented as positive, got ${amount}`);
  }
  if (typeof currency !== "string" || !/^[a-z]{3}$/i.test(currency)) {
    report.error(
      `${path}.currency`,
      "invalid_currency",
      `${path}.currency must be an ISO 4217 code of three letters such as "eur", got ${describe(currency)}`,
    );
    return undefined;
  }
  return amountIsValid
    ? ({ amount, currency: currency.toLowerCase() } satisfies WireMonetaryAmount)
    : undefined;
}
