import { expectTypeOf, test } from "vitest";
import {
  createTracker,
  type MessengerOptions,
  type MonetaryAmount,
  messenger,
  monetaryAmount,
  type PageRetryOptions,
  type QueueOptions,
  type Receipt,
  type RelayOptions,
  type TrackerOptions,
} from "./index.ts";

const route = messenger();

test("without a catalogue any name goes, and metadata is checked value by value", () => {
  const tracker = createTracker({ route });
  expectTypeOf(tracker.track("a")).toEqualTypeOf<Receipt>();
  tracker.track("a", { order_date: new Date(), price: monetaryAmount(1, "eur") });
  tracker.track("a", { coupon: undefined as string | undefined });
  const order: Order = { number: "1" };
  tracker.track("a", order);
  // @ts-expect-error: a date needs a key that ends in _date
  tracker.track("a", { ordered: new Date() });
  // @ts-expect-error: no lists
  tracker.track("a", { items: [1] });
  // @ts-expect-error: no list for metadata
  tracker.track("a", ["b"]);
  // @ts-expect-error: no text for metadata
  tracker.track("a", "b");
  // @ts-expect-error: the name comes first
  tracker.track({ a: 1 });
});

test("what createTracker returns is a tracker without a catalogue", () => {
  const tracker: ReturnType<typeof createTracker> = createTracker({ route });
  tracker.track("a", { n: 1 });
  // @ts-expect-error: null
  tracker.track("a", { a: null });
});

interface Order {
  number: string;
}

// biome-ignore lint/complexity/noBannedTypes: how a catalogue says that an event has no metadata.
type Catalog = { "placed-order": { price: MonetaryAmount; order_date?: Date }; "logged-in": {} };

test("with a catalogue, names and metadata are those declared", () => {
  const tracker = createTracker<Catalog>({ route });
  tracker.track("logged-in");
  tracker.track("logged-in", {});
  // @ts-expect-error: none is declared
  tracker.track("logged-in", { how: ["sso"] });
  tracker.track("placed-order", { price: monetaryAmount(1, "eur"), order_date: new Date() });
  // @ts-expect-error: not in the catalogue
  tracker.track("logged-out");
  // @ts-expect-error: the metadata is required
  tracker.track("placed-order");
  // @ts-expect-error: the metadata of one of them is required
  tracker.track("logged-in" as "logged-in" | "placed-order");
  // @ts-expect-error: not declared
  tracker.track("placed-order", { price: monetaryAmount(1, "eur"), colour: "red" });
  // @ts-expect-error: not the declared type
  tracker.track("placed-order", { price: "1" });
});

test("a route is required, and there is no option for a token", () => {
  // @ts-expect-error: no route
  createTracker({});
  // @ts-expect-error: an access token must never be in a page
  createTracker({ route, token: "x" });
});

/** Its optional properties, each of which may as well be given as `undefined`. */
type NotGiven<T> = { [Key in keyof T as object extends Pick<T, Key> ? Key : never]-?: undefined };

test("an option that is undefined is not given", () => {
  expectTypeOf<NotGiven<TrackerOptions> & { route: typeof route }>().toExtend<TrackerOptions>();
  expectTypeOf<NotGiven<QueueOptions>>().toExtend<QueueOptions>();
  expectTypeOf<NotGiven<MessengerOptions>>().toExtend<MessengerOptions>();
  expectTypeOf<NotGiven<RelayOptions> & { url: string }>().toExtend<RelayOptions>();
  expectTypeOf<NotGiven<PageRetryOptions>>().toExtend<PageRetryOptions>();
});
