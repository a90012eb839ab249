import { expectTypeOf, test } from "vitest";
import type { components } from "./generated/openapi.ts";
import type {
  CheckedMetadata,
  Metadata,
  MetadataValue,
  MonetaryAmount,
  RichLink,
  WebUrl,
  WireMetadata,
  WireMetadataValue,
} from "./metadata.ts";
import { monetaryAmount } from "./money.ts";
import { richLink } from "./rich-link.ts";

/** Checks metadata as `track` does: by its own, inferred type. */
declare function check<M>(metadata: M & CheckedMetadata<M>): void;

declare const text: string | undefined;
declare const anything: unknown;
// biome-ignore lint/suspicious/noExplicitAny: what becomes of it is the question.
declare const any: any;
declare const maybeDate: Date | string;
declare const charge: { id: string; amount: number; currency: string };
declare const money: MonetaryAmount | string | undefined;
declare const eitherOne: { plan: string } | { price: MonetaryAmount };

test("a value of each type is metadata", () => {
  check({
    order_date: new Date(),
    paid_date: 1392036272,
    stripe_invoice: "inv_3434343434",
    order_number: { url: "https://example.org/orders/3434-3434", value: "3434-3434" },
    receipt: new URL("https://example.org/"),
    price: monetaryAmount(34999, "eur"),
    fee: { amount: 1, currency: "eur" },
    refund: monetaryAmount.fromDecimal("349.99", "eur"),
    link: richLink(new URL("https://example.org/"), "here"),
    items: 3,
    gift: false,
    note: text,
    none: undefined,
  });
  check({});
});

test("metadata of an unknown shape and of an interface is metadata", () => {
  interface Order {
    price: MonetaryAmount;
    order_date?: Date;
  }
  const order: Order = { price: monetaryAmount(1, "eur") };
  const any: Metadata = {};
  check(order);
  check(any);
});

test("what may be one or the other is metadata if both are", () => {
  check({ price: money });
  check(eitherOne);
  check({ note: any });
  check(any);
});

test("a link and an amount have no further fields", () => {
  // @ts-expect-error
  check({ price: charge });
  // @ts-expect-error
  check({ price: charge as typeof charge | undefined });
  // @ts-expect-error
  check({ link: { url: "https://example.org/", value: "here", title: "there" } });
});

test("a list is no metadata", () => {
  // @ts-expect-error
  check(["a"]);
  // @ts-expect-error
  check([] as const);
});

test("a Date is only allowed under a key that ends in _date", () => {
  check({ order_date: new Date(), _date: new Date() });
  // @ts-expect-error
  check({ ordered_at: new Date() });
  // @ts-expect-error
  check({ date: new Date() });
  // @ts-expect-error
  check({ order_date_2: new Date() });
  // @ts-expect-error
  check({ orderDate: new Date() as Date | undefined });
  // @ts-expect-error
  check({ delivered: maybeDate });
  check({ delivery_date: maybeDate });
});

test("null is no metadata, also under a key that ends in _date", () => {
  // @ts-expect-error
  check({ note: null });
  // @ts-expect-error
  check({ note: text ?? null });
  // @ts-expect-error
  check({ order_date: null });
  // @ts-expect-error
  check({ order_date: new Date() as Date | null });
});

test("what is nested is no metadata", () => {
  // @ts-expect-error
  check({ tags: ["a"] });
  // @ts-expect-error
  check({ tags: [] as const });
  // @ts-expect-error
  check({ address: { city: "Dublin" } });
  // @ts-expect-error
  check({ link: { url: "https://example.org/" } });
  // @ts-expect-error
  check({ price: { amount: "1", currency: "eur" } });
  // @ts-expect-error
  check({ price: { price: { amount: 1, currency: "eur" } } });
});

test("other types are no metadata", () => {
  // @ts-expect-error
  check({ count: 5n });
  // @ts-expect-error
  check({ count: Symbol("a") });
  // @ts-expect-error
  check({ count: () => 5 });
  // @ts-expect-error
  check({ count: new Map() });
  // @ts-expect-error
  check({ count: anything });
});

test("what is wrong is said by the type", () => {
  interface Wrong {
    ordered: Date;
    tags: string[] | string;
    note: string | null;
    nothing: null;
  }
  expectTypeOf<
    CheckedMetadata<Wrong>["ordered"]
  >().toEqualTypeOf<"a Date belongs under a key that ends in _date">();
  expectTypeOf<CheckedMetadata<Wrong>["tags"]>().toEqualTypeOf<
    string | "metadata is flat: no list, and no object but { url, value } and { amount, currency }"
  >();
  expectTypeOf<CheckedMetadata<Wrong>["note"]>().toEqualTypeOf<string>();
  expectTypeOf<CheckedMetadata<Wrong>["nothing"]>().toEqualTypeOf<never>();
});

test("the wire's types are those of the spec", () => {
  expectTypeOf<WireMetadata>().toEqualTypeOf<components["schemas"]["Metadata"]>();
  expectTypeOf<WireMetadataValue>().toEqualTypeOf<
    string | number | boolean | { url: string; value: string } | { amount: number; currency: string }
  >();
  expectTypeOf<WireMetadata>().toExtend<Metadata>();
  expectTypeOf<MetadataValue>().toEqualTypeOf<
    string | number | boolean | Date | WebUrl | RichLink | MonetaryAmount
  >();
});
