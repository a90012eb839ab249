import { expect, it } from "vitest";
import { showMetadata } from "./show-metadata.ts";

it("shows each type of metadata as Intercom would, a line each, in order", () => {
  const lines = showMetadata({
    order_date: 1392036272,
    stripe_invoice: "inv_3434343434",
    order_number: { url: "https://example.org/orders/3434-3434", value: "3434-3434" },
    price: { amount: 34999, currency: "eur" },
    items: 3,
    gift: false,
    receipt: "https://example.org/receipts/3434",
  });
  expect(lines).toEqual([
    "order_date 10 February 2014, 12:44 UTC",
    "stripe_invoice inv_3434343434",
    "order_number 3434-3434 → https://example.org/orders/3434-3434",
    "price €349.99",
    "items 3",
    "gift false",
    "receipt https://example.org/receipts/3434",
  ]);
});

it.each([
  [34999, "usd", "$349.99"],
  [350, "jpy", "¥350"],
  [1234567, "jpy", "¥1,234,567"],
  [5, "eur", "€0.05"],
  [-5, "eur", "-€0.05"],
  [1500, "kwd", "KWD\u00a01.500"],
  [1500, "iqd", "IQD\u00a01.500"],
  [5, "xxq", "5 xxq"],
])("shows %i of %s as %s", (amount, currency, text) => {
  expect(showMetadata({ price: { amount, currency } })).toEqual([`price ${text}`]);
});

it("shows nothing for no metadata", () => {
  expect(showMetadata()).toEqual([]);
});
