import { describe, expectTypeOf, it } from "vitest";
import {
  type CatalogEvent,
  type Client,
  createClient,
  type Metadata,
  type MonetaryAmount,
  monetaryAmount,
  type Receipt,
  type TrackedEvent,
} from "./index.ts";

const client: Client = createClient({ token: "t", transport: async () => new Response() });
const user = { userId: "314159" } as const;

describe("track without a catalogue", () => {
  it("takes any name and checks metadata value by value", () => {
    expectTypeOf(client.track({ ...user, eventName: "logged-in" })).toEqualTypeOf<Receipt>();
    client.track({
      ...user,
      eventName: "a",
      metadata: { order_date: new Date(), n: 1, b: true, u: undefined },
    });
    // @ts-expect-error a Date belongs under a key that ends in _date
    client.track({ ...user, eventName: "a", metadata: { ordered: new Date() } });
    // @ts-expect-error null
    client.track({ ...user, eventName: "a", metadata: { a: null } });
    // @ts-expect-error a list
    client.track({ ...user, eventName: "a", metadata: { a: ["b"] } });
    // @ts-expect-error nested
    client.track({ ...user, eventName: "a", metadata: { a: { b: 1 } } });
  });

  it("takes metadata declared as an interface", () => {
    interface Order {
      price: MonetaryAmount;
      note?: string;
    }
    const order: Order = { price: monetaryAmount(34999, "eur") };
    client.track({ ...user, eventName: "placed-order", metadata: order });
    client.contact(user).track("placed-order", order, { createdAt: 1671028894 });
  });

  it("takes events and metadata of declared types, also in functions that are generic", () => {
    const send = (event: TrackedEvent) => client.track(event);
    const sendAny = <M extends object>(event: TrackedEvent<string, M>) => client.track(event);
    const event: TrackedEvent = { ...user, eventName: "a", metadata: { price: monetaryAmount(1, "eur") } };
    client.track(event);
    const sendOf = (metadata: Metadata) => client.contact(user).track("a", metadata);
    send({ ...user, eventName: "a", metadata: { order_date: new Date() } });
    sendAny({ ...user, eventName: "a", metadata: { price: monetaryAmount(1, "eur") } });
    sendOf({ order_date: new Date() });
  });

  it("takes metadata of a type parameter that is metadata", () => {
    const send = <M extends Metadata>(metadata: M) => client.track({ ...user, eventName: "a", metadata });
    const sendOf = <M extends Metadata>(metadata: M) => client.contact(user).track("a", metadata);
    send({ n: 1 });
    sendOf({ n: 1 });
    // @ts-expect-error it may be anything
    const sendAny = <M extends object>(metadata: M) => client.contact(user).track("a", metadata);
    sendAny({ n: 1 });
  });

  it("takes no list, and no options that are none", () => {
    // @ts-expect-error a list
    client.track({ ...user, eventName: "a", metadata: ["b"] });
    // @ts-expect-error a list
    client.contact(user).track("a", ["b"]);
    // @ts-expect-error the wire's spelling
    client.contact(user).track("a", {}, { created_at: 1 });
    // @ts-expect-error a Date alone
    client.contact(user).track("a", {}, new Date());
  });

  it("is also that of what createClient returns", () => {
    const returned: ReturnType<typeof createClient> = client;
    returned.track({ ...user, eventName: "a", metadata: { n: 1 } });
    returned.contact(user).track("a", { n: 1 });
    // @ts-expect-error null
    returned.track({ ...user, eventName: "a", metadata: { a: null } });
  });

  it("wants one name for the contact, and a name for the event", () => {
    // @ts-expect-error no contact
    client.track({ eventName: "logged-in" });
    // @ts-expect-error two names
    client.track({ userId: "1", email: "a@example.com", eventName: "logged-in" });
    // @ts-expect-error no event name
    client.track({ ...user });
    // @ts-expect-error the wire's spelling
    client.track({ user_id: "1", eventName: "logged-in" });
  });
});

describe("track with a catalogue", () => {
  interface Catalog {
    "placed-order": { price: MonetaryAmount; order_date: Date };
    "logged-in": { method?: string };
    // biome-ignore lint/complexity/noBannedTypes: as people write it.
    "logged-out": {};
    cleared: Record<never, never>;
  }
  const typed = createClient<Catalog>({ token: "t", transport: async () => new Response() });

  it("knows the names and their metadata", () => {
    const metadata = { price: monetaryAmount(1, "eur"), order_date: new Date() };
    typed.track({ ...user, eventName: "placed-order", metadata });
    typed.track({ ...user, eventName: "logged-in" });
    typed.contact(user).track("placed-order", metadata);
    typed.contact(user).track("logged-in");
    // @ts-expect-error unknown name
    typed.track({ ...user, eventName: "placed-oder", metadata });
    // @ts-expect-error missing metadata
    typed.track({ ...user, eventName: "placed-order" });
    // @ts-expect-error wrong value
    typed.track({ ...user, eventName: "placed-order", metadata: { ...metadata, price: 1 } });
    // @ts-expect-error a key that is not declared
    typed.track({ ...user, eventName: "logged-in", metadata: { how: "sso" } });
    // @ts-expect-error missing metadata
    typed.contact(user).track("placed-order");
    // @ts-expect-error unknown name
    typed.contact(user).track("signed-out");
  });

  it("wants what suits each of several names", () => {
    const metadata = { price: monetaryAmount(1, "eur"), order_date: new Date() };
    const eventName = "placed-order" as "placed-order" | "logged-in";
    typed.track({ ...user, eventName: eventName as "logged-in" | "logged-out" });
    typed.contact(user).track(eventName as "logged-in" | "logged-out");
    typed.track({ ...user, eventName, metadata });
    typed.contact(user).track(eventName, metadata);
    // @ts-expect-error missing metadata
    typed.track({ ...user, eventName });
    // @ts-expect-error missing metadata
    typed.contact(user).track(eventName);
    // @ts-expect-error metadata of one of them
    typed.track({ ...user, eventName, metadata: { method: "sso" } });
    // @ts-expect-error metadata of one of them
    typed.contact(user).track(eventName, { method: "sso" });
  });

  it("takes a union of its events", () => {
    type Each = { [Name in keyof Catalog]: CatalogEvent<Catalog, Name> }[keyof Catalog];
    const metadata = { price: monetaryAmount(1, "eur"), order_date: new Date() };
    const sendEach = (events: readonly Each[]) => events.map((event) => typed.track(event));
    const send = (event: Parameters<typeof typed.track>[0]) => typed.track(event);
    sendEach([
      { ...user, eventName: "placed-order", metadata },
      { ...user, eventName: "logged-in" },
    ]);
    send({ ...user, eventName: "placed-order", metadata });
    send({ ...user, eventName: "logged-in", metadata: { method: "sso" } });
    send({ ...user, eventName: "cleared" });
    typed.track(
      Math.random() < 0.5
        ? { ...user, eventName: "placed-order", metadata }
        : { ...user, eventName: "logged-in", metadata: { method: "sso" } },
    );
    // @ts-expect-error missing metadata
    send({ ...user, eventName: "placed-order" });
    // @ts-expect-error metadata of another event
    send({ ...user, eventName: "placed-order", metadata: { method: "sso" } });
    // @ts-expect-error unknown name
    send({ ...user, eventName: "placed-oder", metadata });
    typed.track(
      // @ts-expect-error missing metadata of one of them
      Math.random() < 0.5 ? { ...user, eventName: "placed-order" } : { ...user, eventName: "logged-in" },
    );
  });

  it("takes its events in functions that are generic", () => {
    const send = <Name extends keyof Catalog>(event: CatalogEvent<Catalog, Name>) => typed.track(event);
    send({ ...user, eventName: "logged-in", metadata: { method: "sso" } });
    send({ ...user, eventName: "logged-out" });
    // @ts-expect-error missing metadata
    send({ ...user, eventName: "placed-order" });
    // @ts-expect-error wrong value
    send({ ...user, eventName: "logged-in", metadata: { method: 1 } });
  });

  it("may be that of a client without one", () => {
    expectTypeOf<Client>().toExtend<Client<Catalog>>();
  });

  it("has no metadata where none is declared", () => {
    typed.track({ ...user, eventName: "logged-out" });
    typed.track({ ...user, eventName: "logged-out", metadata: {} });
    typed.contact(user).track("cleared");
    typed.contact(user).track("cleared", {}, { createdAt: 5 });
    // @ts-expect-error metadata
    typed.track({ ...user, eventName: "logged-out", metadata: { how: "sso" } });
    // @ts-expect-error metadata that is none
    typed.track({ ...user, eventName: "cleared", metadata: "sso" });
    // @ts-expect-error metadata
    typed.contact(user).track("cleared", { how: ["sso"] });
  });
});
