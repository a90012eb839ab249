import fc from "fast-check";
import { expect, test } from "vitest";
import { readReply } from "./read-reply.ts";

const ERROR = { error: { code: "unauthorized", message: "The caller is not known" } };
const ERRORS = [{ code: "unauthorized", message: "The caller is not known" }];

type Case = [name: string, status: number, body: unknown, count: number, expected: unknown];

test.each<Case>([
  [
    "an answer for each event",
    200,
    {
      results: [
        { status: "accepted" },
        { status: "duplicate" },
        { status: "rejected", code: "name_not_allowed" },
        { status: "rejected", code: "contact_not_found" },
        { status: "rejected" },
        { status: "retry", code: "not_stored" },
        { status: "something" },
        null,
      ],
    },
    8,
    [
      { status: "accepted" },
      { status: "duplicate" },
      {
        verdict: {
          kind: "invalid_request",
          status: 200,
          errors: [{ code: "name_not_allowed", message: "" }],
        },
      },
      {
        verdict: {
          kind: "contact_not_found",
          status: 200,
          errors: [{ code: "contact_not_found", message: "" }],
        },
      },
      { verdict: { kind: "invalid_request", status: 200, errors: [] } },
      { verdict: { kind: "server_error", status: 200, errors: [{ code: "not_stored", message: "" }] } },
      { verdict: { kind: "server_error", status: 200, errors: [] } },
      { verdict: { kind: "server_error", status: 200, errors: [] } },
    ],
  ],
  [
    "fewer answers than events",
    200,
    { results: [] },
    1,
    { verdict: { kind: "server_error", status: 200, errors: [] } },
  ],
  ["no JSON", 200, "<html>", 1, { verdict: { kind: "server_error", status: 200, errors: [] } }],
  ["an empty reply", 204, "", 1, { verdict: { kind: "server_error", status: 204, errors: [] } }],
  ["an unknown caller", 401, ERROR, 2, { verdict: { kind: "unauthorized", status: 401, errors: ERRORS } }],
  ...(
    [
      ["a refused page", 403, "forbidden", "forbidden"],
      ["no batch", 400, "invalid_request", "invalid_request"],
      ["a method that something has changed on the way", 405, "method_not_allowed", "server_error"],
      ["a type that something has changed", 415, "unsupported_media_type", "server_error"],
      ["a body that takes too long", 408, "request_timeout", "server_error"],
      ["a platform where the relay is not deployed", 404, "404", "server_error"],
      ["a firewall that refuses by a code", 403, "403", "server_error"],
      ["a gateway that has no such route", 404, "not_found", "server_error"],
      ["a backend that fails with a relay's word", 500, "invalid_request", "server_error"],
      ["a page of errors with a relay's word", 200, "forbidden", "server_error"],
    ] as const
  ).map(([name, status, code, kind]): Case => {
    const error = { code, message: "No." };
    return [name, status, { error }, 2, { verdict: { kind, status, errors: [error] } }];
  }),
  [
    "a firewall that asks for a proof of being human",
    403,
    "<html>",
    2,
    { verdict: { kind: "server_error", status: 403, errors: [] } },
  ],
  ...["Not Found", {}, { message: "Not Found" }].map(
    (error): Case => [
      `a framework without its relay: ${JSON.stringify(error)}`,
      404,
      { statusCode: 404, error, message: "Route POST:/relay not found" },
      2,
      { verdict: { kind: "server_error", status: 404, errors: [] } },
    ],
  ),
  [
    "a proxy without its relay",
    404,
    "<html>",
    2,
    { verdict: { kind: "server_error", status: 404, errors: [] } },
  ],
  ["a refusal that says nothing", 421, {}, 2, { verdict: { kind: "server_error", status: 421, errors: [] } }],
  ["too slow", 408, {}, 2, { verdict: { kind: "server_error", status: 408, errors: [] } }],
  ["too early", 425, ERROR, 2, { verdict: { kind: "server_error", status: 425, errors: ERRORS } }],
  ["too many", 429, {}, 2, { verdict: { kind: "rate_limited", status: 429, errors: [] } }],
  ["out of order", 503, {}, 2, { verdict: { kind: "server_error", status: 503, errors: [] } }],
  ["a redirect", 302, {}, 2, { verdict: { kind: "server_error", status: 302, errors: [] } }],
  [
    "a message that is no text",
    401,
    { error: { code: "unauthorized", message: { toString: 0 } } },
    2,
    { verdict: { kind: "unauthorized", status: 401, errors: [{ code: "unauthorized", message: "" }] } },
  ],
  ["a large batch", 413, {}, 2, { status: "too_large" }],
  ["a large event", 413, {}, 1, { verdict: { kind: "invalid_request", status: 413, errors: [] } }],
])("%s", (_, status, body, count, expected) => {
  const text = typeof body === "string" ? body : JSON.stringify(body);
  expect(readReply({ status, text }, count)).toEqual(expected);
});

test("whatever a server says, there is an answer", () => {
  const texts = fc.oneof(
    fc.string(),
    fc.json(),
    fc.json().map((results) => `{"results":[${results}],"error":${results}}`),
  );
  fc.assert(
    fc.property(
      fc.integer({ min: 100, max: 599 }),
      texts,
      fc.integer({ min: 1, max: 3 }),
      (status, text, count) => {
        const answer = readReply({ status, text }, count);
        if (Array.isArray(answer)) expect(answer).toHaveLength(count);
        else expect(answer).toEqual(expect.any(Object));
      },
    ),
    { numRuns: 1_000 },
  );
});
