import { expectTypeOf, test } from "vitest";
import {
  createTracker,
  type EventCatalog,
  type MessengerOptions,
  type MonetaryAmount,
  messenger,
  monetaryAmount,
  type PageRetryOptions,
  type QueueOptions,
  type Receipt,
  type RelayOptions,
  type Tracker,
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

test("with a catalogue, functions and classes that pass events on are generic", () => {
  const tracker = createTracker<Catalog>({ route });
  function send<Name extends keyof Catalog>(name: Name, metadata: Catalog[Name]): Receipt {
    // @ts-expect-error: the metadata may be required
    tracker.track(name);
    // @ts-expect-error: the metadata of one of them
    tracker.track(name, {});
    return tracker.track(name, metadata);
  }
  send("logged-in", {});
  // @ts-expect-error: not the declared type
  send("placed-order", { price: "1" });
  function sendEach<Name extends keyof Catalog>(
    event: { [Each in Name]: { name: Each; metadata: Catalog[Each] } }[Name],
  ): Receipt {
    return tracker.track(event.name, event.metadata);
  }
  sendEach(
    Math.random() < 0.5
      ? { name: "logged-in", metadata: {} }
      : { name: "placed-order", metadata: { price: monetaryAmount(1, "eur") } },
  );
  // @ts-expect-error: not the declared type
  sendEach({ name: "placed-order", metadata: { price: "1" } });
  const forward = <Name extends keyof Catalog>(...event: Parameters<typeof tracker.track<Name>>): Receipt =>
    tracker.track(...event);
  forward("logged-in");
  forward("placed-order", { price: monetaryAmount(1, "eur") });
  // @ts-expect-error: the metadata is required
  forward("placed-order");
  // @ts-expect-error: not the declared type
  forward("placed-order", { price: "1" });
  class Analytics<Each extends EventCatalog> {
    readonly tracker: Tracker<Each>;
    constructor(tracker: Tracker<Each>) {
      this.tracker = tracker;
    }
    track<Name extends keyof Each & string>(name: Name, metadata: Each[Name]): Receipt {
      return this.tracker.track(name, metadata);
    }
  }
  new Analytics(tracker).track("placed-order", { price: monetaryAmount(1, "eur") });
  // @ts-expect-error: not in the catalogue
  new Analytics(tracker).track("logged-out", {});
});

test("a tracker without a catalogue may be that of one", () => {
  expectTypeOf<Tracker>().toExtend<Tracker<Catalog>>();
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
