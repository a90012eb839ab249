import { describe, expect, test } from "vitest";
import { faults } from "./spec.ts";
import { type Example, operations, schemaExamples } from "./spec-examples.ts";

const responses = operations.flatMap((operation) => operation.responses);
const parts = {
  requests: operations.flatMap(({ request }) => request),
  responses: responses.flatMap(({ examples }) => examples),
  parameters: operations.flatMap(({ parameters }) => parameters),
  headers: responses.flatMap(({ headers }) => headers),
  schemas: schemaExamples,
};

describe.each(Object.entries(parts))("examples of %s", (_, examples) => {
  test("there are some", () => expect(examples.length).toBeGreaterThan(0));

  test.each(examples)("$name", ({ schema, value }: Example) => {
    expect(value).toBeDefined();
    expect(faults(value, schema)).toEqual([]);
  });
});

test("the spec has the three operations", () => {
  expect(operations.map(({ name }) => name)).toEqual([
    "POST /events",
    "GET /events",
    "POST /events/summaries",
  ]);
});

test.each(operations.filter(({ name }) => name.startsWith("POST")))(
  "$name has examples of its request",
  (operation) => {
    expect(operation.request.length).toBeGreaterThan(0);
  },
);

test.each(operations)("$name has examples of its parameters and responses", (operation) => {
  expect(operation.parameters.length).toBeGreaterThan(0);
  expect(operation.responses.flatMap(({ examples }) => examples).length).toBeGreaterThan(0);
});

test.each(responses.filter(({ hasContent }) => hasContent))("$name has an example", ({ examples }) => {
  expect(examples.length).toBeGreaterThan(0);
});

/** Values that the spec must refuse, by the schema's name. */
const BROKEN = {
  CreateEventRequest: [
    { event_name: "placed-order", created_at: 1389913941 },
    { event_name: "placed-order", user_id: "314159" },
    { created_at: 1389913941, user_id: "314159" },
    { event_name: "", created_at: 1389913941, user_id: "314159" },
    { event_name: "placed-order", created_at: 1389913941, user_id: 314159 },
    { event_name: "placed-order", created_at: 1389913941000, user_id: "314159" },
    { event_name: "placed-order", created_at: "1389913941", user_id: "314159" },
    { event_name: "placed-order", created_at: 1389913941, user_id: "314159", metadata: { tags: ["a"] } },
  ],
  Metadata: [{ a: null }, { a: { b: 1 } }, { a: { url: "https://example.org" } }, []],
  MonetaryAmount: [
    { amount: 0.5, currency: "eur" },
    { amount: 1, currency: "EUR" },
    { amount: 1, currency: "eur", formatted: "1c" },
  ],
  EventList: [{ type: "event.list" }, { type: "event.summary", events: [] }],
  EventSummaryList: [{ type: "event.summary", events: [{ name: "a", first: 1, last: 2, count: 1 }] }],
  CreateEventSummariesRequest: [{ user_id: "314159", event_summaries: [] }],
  ErrorList: [
    { errors: [] },
    { type: "error.list" },
    { type: "error.list", errors: [{ code: 422, message: "" }] },
  ],
};

const broken = Object.entries(BROKEN).flatMap(([name, values]) =>
  values.map((value) => ({ name, value, json: JSON.stringify(value) })),
);

test.each(broken)("$name refuses $json", ({ name, value }) => {
  expect(faults(value, `/components/schemas/${name}`)).not.toEqual([]);
});

test("an example that is broken on purpose is found out", () => {
  const objects = [...parts.requests, ...parts.responses].filter(({ value }) => typeof value === "object");
  expect(objects.length).toBeGreaterThan(10);
  for (const { schema, value } of objects) {
    const [first] = Object.keys(value as object);
    expect(faults({ ...(value as object), [String(first)]: { broken: true } }, schema)).not.toEqual([]);
  }
});
