import { expect, test } from "vitest";
import { readValue } from "./read-value.ts";

const read = (key: string, value: Parameters<typeof readValue>[1]) => readValue(key, value, "en-US");

test.each([
  [34999, "eur", "€349.99"],
  [5, "usd", "$0.05"],
  [0, "gbp", "£0.00"],
  [350, "jpy", "¥350"],
  [1234567, "kwd", "KWD 1,234.567"],
  [1500, "iqd", "IQD 1.500"], // Intl by itself shows no decimals
  [123456, "clf", "CLF 12.3456"],
  [-1999, "usd", "-$19.99"],
  [Number.MAX_SAFE_INTEGER, "usd", "$90,071,992,547,409.91"],
  [1000, "xyz", "XYZ 10.00"],
])("%d %s is %s", (amount, currency, text) => {
  const value = read("price", { amount, currency });
  expect({ ...value, text: "text" in value && value.text.replace(/\s/g, " ") }).toEqual({
    kind: "money",
    text,
    raw: `${amount} ${currency}`,
  });
});

test("what is no currency is text", () => {
  expect(read("price", { amount: 5, currency: "gold" })).toEqual({ kind: "text", text: "5 gold" });
});

test("dates by their key, in seconds", () => {
  expect(read("order_date", 1_700_000_000)).toEqual({
    kind: "date",
    at: new Date("2023-11-14T22:13:20Z"),
    raw: "1700000000",
  });
  expect(read("order_at", 1_700_000_000)).toEqual({ kind: "number", text: "1700000000" });
  expect(read("order_date", 1e300)).toEqual({ kind: "number", text: "1e+300" });
  expect(read("order_date", "tomorrow")).toEqual({ kind: "text", text: "tomorrow" });
});

test("links lead to the web, or are none", () => {
  const url = "https://example.com/a?b=c";
  expect(read("page", url)).toEqual({ kind: "link", href: url, text: url });
  expect(read("page", { url, value: "A page" })).toEqual({ kind: "link", href: url, text: "A page" });
  for (const bad of [
    "javascript:alert(1)",
    " https://a.example",
    "data:text/html,x",
    "https://",
    "//a.example",
  ]) {
    expect(read("page", bad)).toEqual({ kind: "text", text: bad });
  }
  expect(read("page", { url: "javascript:alert(1)", value: "A page" })).toEqual({
    kind: "text",
    text: "A page (javascript:alert(1))",
  });
});

test("everything else is what it is", () => {
  expect(read("a", true)).toEqual({ kind: "boolean", text: "true" });
  expect(read("a", 1.5)).toEqual({ kind: "number", text: "1.5" });
  expect(read("a", "<b>bold</b>")).toEqual({ kind: "text", text: "<b>bold</b>" });
});
