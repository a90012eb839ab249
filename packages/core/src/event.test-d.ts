import { expectTypeOf, test } from "vitest";
import type { EncodedEvent, encodeEvent } from "./encode-event.ts";
import type { Contact, TrackedEvent, WireEvent } from "./event.ts";
import type { components, operations } from "./generated/openapi.ts";

declare function accept(contact: Contact): void;
declare const twoNames: { userId: string; email: string };
declare const otherTwo: { email: string; id: string };
declare const lastTwo: { id: string; userId: string };
declare function check<M>(event: TrackedEvent<string, M>): void;

test("a contact has exactly one name", () => {
  accept({ userId: "314159" });
  accept({ email: "frodo.baggins@example.com" });
  accept({ id: "63a0979a5eeebeaf28dd56ba" });
  accept({ userId: "314159", email: undefined });
  accept({ email: "frodo.baggins@example.com", id: undefined, userId: undefined });
  // @ts-expect-error
  accept({});
  // @ts-expect-error
  accept({ userId: "314159", email: "frodo.baggins@example.com" });
  // @ts-expect-error
  accept({ userId: "314159", id: "63a0979a5eeebeaf28dd56ba" });
  // @ts-expect-error
  accept({ userId: 314159 });
  // @ts-expect-error
  accept({ userId: null });
  // @ts-expect-error
  accept({ userId: undefined });
  // @ts-expect-error
  accept({ user_id: "314159" });
  // @ts-expect-error
  accept(twoNames);
  // @ts-expect-error
  accept(otherTwo);
  // @ts-expect-error
  accept(lastTwo);
});

test("an event has a contact and a name, and may have a time and metadata", () => {
  check({ userId: "314159", eventName: "logged-in" });
  check({ userId: "314159", eventName: "logged-in", createdAt: 1671028894, metadata: { items: 3 } });
  check({
    id: "63a0979a5eeebeaf28dd56ba",
    eventName: "logged-in",
    createdAt: new Date(),
    metadata: undefined,
  });
  // @ts-expect-error
  check({ userId: "314159" });
  // @ts-expect-error
  check({ eventName: "logged-in" });
  // @ts-expect-error
  check({ userId: "314159", eventName: "logged-in", createdAt: "2014-01-16" });
  // @ts-expect-error
  check({ userId: "314159", eventName: "logged-in", created_at: 1671028894 });
});

test("an event's metadata is checked", () => {
  check({ userId: "314159", eventName: "placed-order", metadata: { order_date: new Date() } });
  // @ts-expect-error
  check({ userId: "314159", eventName: "placed-order", metadata: { ordered_at: new Date() } });
  // @ts-expect-error
  check({ userId: "314159", eventName: "placed-order", metadata: { tags: ["a"] } });
  // @ts-expect-error
  check({ userId: "314159", eventName: "placed-order", metadata: { note: null } });
  // @ts-expect-error
  check({ userId: "314159", eventName: "placed-order", metadata: { order_date: null } });
});

test("the body is the spec's", () => {
  expectTypeOf<WireEvent>().toEqualTypeOf<components["schemas"]["CreateEventRequest"]>();
  expectTypeOf<WireEvent>().toEqualTypeOf<
    operations["createEvent"]["requestBody"]["content"]["application/json"]
  >();
  expectTypeOf<Extract<EncodedEvent, { ok: true }>["value"]>().toEqualTypeOf<WireEvent>();
  expectTypeOf<WireEvent["created_at"]>().toEqualTypeOf<number>();
  expectTypeOf<WireEvent["event_name"]>().toEqualTypeOf<string>();
});

test("an option that is undefined is not given", () => {
  expectTypeOf<typeof encodeEvent>().toBeCallableWith({}, 0, { metadataKeys: undefined });
});
