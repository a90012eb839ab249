import {
  type DecodedMetadata,
  type DecodedValue,
  decodeMetadata,
  monetaryAmount,
  type WireMetadata,
} from "@intercom-events/core";

/** Metadata as Intercom would show it, a line for each key. */
export function showMetadata(wire: WireMetadata = {}): string[] {
  const decoded: DecodedMetadata = decodeMetadata(wire);
  return Object.entries(decoded).map(([key, value]) => `${key} ${showValue(value)}`);
}

function showValue(value: DecodedValue): string {
  switch (value.type) {
    case "string":
      return value.value;
    case "number":
    case "boolean":
      return String(value.value);
    case "date":
      return showDate(value.value);
    case "link":
      return value.url;
    case "rich_link":
      return `${value.value} → ${value.url}`;
    case "monetary_amount":
      return showAmount(value);
    default:
      return value satisfies never;
  }
}

function showDate(date: Date): string {
  const day = new Intl.DateTimeFormat("en-GB", { dateStyle: "long", timeZone: "UTC" });
  return `${day.format(date)}, ${date.toISOString().slice(11, 16)} UTC`;
}

/** The decimals are ISO 4217's; those of `Intl` are CLDR's, which has none for the Iraqi dinar. */
function showAmount({ amount, currency }: { readonly amount: number; readonly currency: string }): string {
  try {
    const one = monetaryAmount.fromDecimal("1", currency).amount;
    const decimals = String(one).length - 1;
    const format = new Intl.NumberFormat("en", {
      style: "currency",
      currency,
      minimumFractionDigits: decimals,
      maximumFractionDigits: decimals,
    });
    return format.format(amount / one);
  } catch {
    return `${amount} ${currency}`; // not a currency, so nobody knows its minor unit
  }
}
