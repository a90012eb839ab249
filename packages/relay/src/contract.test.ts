import { expect, test } from "vitest";
import { examples, faultsOf, STATUSES } from "../test/contract.ts";

test("the contract has examples", () => expect(examples.length).toBeGreaterThanOrEqual(10));

test.each(examples)("the example $name is of its schema", ({ value, schema }) => {
  expect(faultsOf(value, schema)).toEqual([]);
});

test("each status of the contract has an example", () => {
  const shown = new Set(examples.flatMap(({ status }) => status ?? []));
  expect(STATUSES.filter((status) => !shown.has(status))).toEqual([]);
});

test.each([
  ["RelayRequest", { events: [] }],
  ["RelayRequest", { events: [{ event_name: "a" }] }],
  ["RelayRequest", { events: [{ event_name: "a", created_at: 1, user_id: "1" }] }],
  ["RelayRequest", { events: [{ event_name: "a", created_at: 1, metadata: { a: null } }] }],
  ["RelayRequest", { events: [{ event_name: "a", created_at: 1 }], user_id: "1" }],
  ["RelayReply", { results: [{ status: "stored" }] }],
  ["RelayReply", { results: [{ status: "rejected", code: "x" }] }],
  ["RelayError", { error: { code: "x", message: "x" } }],
  ["RelayError", { error: "x" }],
] as const)("%s is not %j", (schema, value) => {
  expect(faultsOf(value, schema)).not.toEqual([]);
});
