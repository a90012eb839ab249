import { describe, expectTypeOf, it } from "vitest";
import {
  type CatalogEvent,
  type Client,
  createClient,
  type EventCatalog,
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

  it("wants what suits each of several names also where each has metadata", () => {
    interface Pages {
      opened: { page: string };
      shared: { page: string; by: string };
    }
    const pages = createClient<Pages>({ token: "t", transport: async () => new Response() });
    const eventName = "opened" as keyof Pages;
    pages.contact(user).track(eventName, { page: "a", by: "b" });
    // @ts-expect-error metadata of one of them
    pages.contact(user).track(eventName, { page: "a" });
    // @ts-expect-error metadata of one of them
    pages.track({ ...user, eventName, metadata: { page: "a" } });
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

  it("takes a name and the metadata declared for it in functions that are generic", () => {
    function send<Name extends keyof Catalog>(eventName: Name, metadata: Catalog[Name]): Receipt {
      typed.track({ ...user, eventName, metadata, createdAt: 5 });
      typed.contact(user).track(eventName, metadata, { createdAt: 5 });
      return typed.contact(user).track(eventName, metadata);
    }
    send("logged-in", { method: "sso" });
    function sendEach<Name extends keyof Catalog>(
      event: { [Each in Name]: { name: Each; metadata: Catalog[Each] } }[Name],
    ): Receipt {
      return typed.contact(user).track(event.name, event.metadata);
    }
    sendEach(
      Math.random() < 0.5 ? { name: "logged-out", metadata: {} } : { name: "logged-in", metadata: {} },
    );
    // @ts-expect-error wrong value
    sendEach({ name: "logged-in", metadata: { method: 1 } });
    const bound = typed.contact(user);
    const forward = <Name extends keyof Catalog>(...event: Parameters<typeof bound.track<Name>>): Receipt =>
      bound.track(...event);
    forward("logged-in", { method: "sso" }, { createdAt: 5 });
    // @ts-expect-error missing metadata
    forward("placed-order");
    function mistaken<Name extends keyof Catalog>(eventName: Name, either: Catalog[keyof Catalog]): void {
      // @ts-expect-error missing metadata
      typed.track({ ...user, eventName });
      // @ts-expect-error missing metadata
      typed.contact(user).track(eventName);
      // @ts-expect-error metadata of one of them
      typed.track({ ...user, eventName, metadata: { method: "sso" } });
      // @ts-expect-error metadata of one of them
      typed.contact(user).track(eventName, { method: "sso" });
      // @ts-expect-error metadata of any of them
      typed.track({ ...user, eventName, metadata: either });
      // @ts-expect-error metadata of any of them
      typed.contact(user).track(eventName, either);
      // @ts-expect-error any object
      typed.contact(user).track(eventName, user as object);
    }
    mistaken("logged-out", {});
  });

  it("may itself be a type parameter", () => {
    class Analytics<Each extends EventCatalog> {
      readonly client: Client<Each>;
      constructor(client: Client<Each>) {
        this.client = client;
      }
      track<Name extends keyof Each & string>(eventName: Name, metadata: Each[Name]): void {
        this.client.track({ ...user, eventName, metadata });
        this.client.contact(user).track(eventName, metadata);
        // @ts-expect-error missing metadata
        this.client.track({ ...user, eventName });
        // @ts-expect-error unknown name
        this.client.contact(user).track("logged-in", metadata);
      }
    }
    const analytics = new Analytics(typed);
    analytics.track("logged-in", { method: "sso" });
    // @ts-expect-error missing metadata
    analytics.track("placed-order");
    // @ts-expect-error wrong value
    analytics.track("logged-in", { method: 1 });
    // @ts-expect-error unknown name
    analytics.track("signed-out", {});
    const create = <Each extends EventCatalog>(): Client<Each> =>
      createClient<Each>({ token: "t", transport: async () => new Response() });
    create<Catalog>().track({ ...user, eventName: "cleared" });
  });

  it("has metadata that may be left out where it may be undefined", () => {
    interface Optional {
      left?: { reason: string };
      joined: { reason: string } | undefined;
      paused: undefined;
      resumed: never;
      tried?: { plan?: string };
      chose: { plan: string } | { price: number };
    }
    const optional = createClient<Optional>({ token: "t", transport: async () => new Response() });
    const bound = optional.contact(user);
    optional.track({ ...user, eventName: "left", metadata: { reason: "a" } });
    optional.track({ ...user, eventName: "joined" });
    optional.track({ ...user, eventName: "paused" });
    optional.track({ ...user, eventName: "chose", metadata: { price: 1 } });
    bound.track("left");
    bound.track("joined", { reason: "a" });
    bound.track("resumed");
    bound.track("tried");
    bound.track("tried", { plan: "free" });
    // @ts-expect-error wrong value
    optional.track({ ...user, eventName: "left", metadata: { reason: 1 } });
    // @ts-expect-error no metadata is declared
    bound.track("paused", { reason: "a" });
    // @ts-expect-error no metadata is declared
    bound.track("resumed", { reason: "a" });
    // @ts-expect-error missing metadata
    optional.track({ ...user, eventName: "chose" });
  });

  it("checks what a catalogue declares, and lets the rest of it be", () => {
    interface Mixed {
      sent: { ordered: Date };
      tagged: { tags: string[] };
      noted: { note: string | null };
      listed: string[];
      named: string;
      good: { n: number };
    }
    const mixed = createClient<Mixed>({ token: "t", transport: async () => new Response() });
    const bound = mixed.contact(user);
    mixed.track({ ...user, eventName: "good", metadata: { n: 1 } });
    mixed.track({ ...user, eventName: "noted", metadata: { note: "a" } });
    // @ts-expect-error a Date belongs under a key that ends in _date
    mixed.track({ ...user, eventName: "sent", metadata: { ordered: new Date() } });
    // @ts-expect-error a list
    bound.track("tagged", { tags: ["a"] });
    // @ts-expect-error null
    bound.track("noted", { note: null });
    // @ts-expect-error a list
    bound.track("listed", ["a"]);
    // @ts-expect-error no object
    mixed.track({ ...user, eventName: "named", metadata: "a" });
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
