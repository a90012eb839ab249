import { expect, test, vi } from "vitest";
import { readReply } from "./read-reply.ts";
import { remarkOnReply } from "./remark-on-reply.ts";

/** What is said of a reply to two events. */
function saidOf(status: number, text: string): unknown[][] {
  const complain = vi.fn();
  remarkOnReply({ status, text }, readReply({ status, text }, 2), "/intercom/events", complain);
  return complain.mock.calls;
}

const accepted = { status: "accepted" };

test.each([
  [404, "<!doctype html><h1>Not found</h1>"],
  [404, ""],
  [404, '{"statusCode":404,"error":"Not Found"}'],
  [404, '{"error":{"code":"not_found","message":"No such route"}}'],
  [405, ""],
  [200, "<!doctype html><div id=app></div>"],
  [204, ""],
  [403, "Invalid CSRF token"],
  [200, JSON.stringify({ results: [accepted] })],
])("of %d with %s it is said what came, and asked for the relay", (status, text) => {
  expect(saidOf(status, text)).toEqual([
    [
      `/intercom/events answered ${status}, and not as a relay does: is the relay mounted there?`,
      { status, text },
    ],
  ]);
});

test.each([
  [200, JSON.stringify({ results: [accepted, { status: "retry" }] })],
  [403, JSON.stringify({ error: { code: "forbidden", message: "The origin is not allowed" } })],
  [503, JSON.stringify({ error: { code: "unavailable", message: "" } })],
  [502, "<html>"],
  [500, ""],
  [408, ""],
  [413, "<html>"],
  [429, ""],
])("of %d with %s nothing is said", (status, text) => {
  expect(saidOf(status, text)).toEqual([]);
});

test("of a whole page its beginning is shown", () => {
  expect(saidOf(404, "x".repeat(9999))[0]?.[1]).toEqual({ status: 404, text: "x".repeat(200) });
});
