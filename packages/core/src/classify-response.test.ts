import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { anyHeaders, headersOf } from "../tests/any-headers.ts";
import { REPLIED_KINDS } from "../tests/codes.ts";
import { HOSTILE } from "../tests/hostile.ts";
import { operations } from "../tests/spec-examples.ts";
import { classifyResponse } from "./classify-response.ts";
import type { VerdictKind } from "./verdict.ts";

const NOW = 1487332512250;

const anyStatus = fc.oneof(
  fc.integer({ min: 100, max: 599 }),
  fc.integer(),
  fc.double(),
  fc.constantFrom(401, 404, 429, 500, Number.NaN, undefined as unknown as number, "429" as unknown as number),
);
const anyErrors = fc.record({
  type: fc.anything(),
  request_id: fc.anything(),
  errors: fc.oneof(fc.anything(), fc.array(fc.record({ code: fc.anything(), message: fc.anything() }))),
});
const anyBody = fc.oneof(
  fc.string({ unit: "binary" }),
  fc.json(),
  anyErrors.map((errors) => JSON.stringify(errors)),
  anyErrors.map((errors) => JSON.stringify(errors).slice(0, -3)),
  fc.constant(undefined as unknown as string),
);

test("it judges any status, headers and body, by the status alone", () => {
  fc.assert(
    fc.property(anyStatus, anyHeaders, anyBody, (status, headers, body) => {
      const verdict = classifyResponse({ status, headers, body }, NOW);
      expect(Object.keys(REPLIED_KINDS)).toContain(verdict.kind);
      expect(verdict.kind).toBe(classifyResponse({ status, headers: headersOf({}), body: "" }, NOW).kind);
    }),
    { numRuns: 300 },
  );
});

test("what a verdict carries has the documented types", () => {
  fc.assert(
    fc.property(anyStatus, anyHeaders, anyBody, (status, headers, body) => {
      const verdict = classifyResponse({ status, headers, body }, NOW);
      if (!("errors" in verdict)) return;
      expect(verdict.status).toBe(status);
      for (const { code, message, ...more } of verdict.errors) {
        expect([typeof code, typeof message, typeof (more.field ?? "")]).toEqual([
          "string",
          "string",
          "string",
        ]);
      }
      expect(verdict.requestId).not.toBe("");
      if (verdict.kind !== "rate_limited" || verdict.resetAt === undefined) return;
      expect(verdict.resetAt).toBeGreaterThan(NOW);
      expect(verdict.resetAt).toBeLessThanOrEqual(NOW + 3_600_000);
    }),
    { numRuns: 300 },
  );
});

test("each status from 100 to 599 has the kind of its class, but for nine", () => {
  const byClass = (status: number): VerdictKind => {
    if (status >= 200 && status < 300) return "accepted";
    return status >= 400 && status < 500 ? "invalid_request" : "server_error";
  };
  const others: Record<number, VerdictKind> = {};
  for (let status = 100; status < 600; status++) {
    const { kind } = classifyResponse({ status, headers: headersOf({}), body: "" }, NOW);
    if (kind !== byClass(status)) others[status] = kind;
  }
  expect(others).toEqual({
    401: "unauthorized",
    402: "forbidden",
    403: "forbidden",
    404: "contact_not_found",
    407: "server_error",
    408: "server_error",
    421: "server_error",
    425: "server_error",
    429: "rate_limited",
  });
});

describe("the spec's replies", () => {
  const refusals = operations
    .flatMap(({ responses }) => responses)
    .filter(({ status }) => status >= 400)
    .flatMap(({ status, examples }) => examples.map(({ name, value }) => ({ status, name, value })));

  test.each(refusals)("$name", ({ status, value }) => {
    const body = typeof value === "string" ? value : JSON.stringify(value);
    const { errors, request_id } = typeof value === "string" ? {} : (value as ErrorList);
    const verdict = classifyResponse({ status, headers: headersOf({}), body }, NOW);
    expect(verdict).toMatchObject({
      status,
      errors: (errors ?? []).map(({ code, message }) => ({ code, message })),
    });
    expect("requestId" in verdict ? verdict.requestId : undefined).toBe(request_id ?? undefined);
  });

  test("are many", () => expect(refusals.length).toBeGreaterThan(20));
});

interface ErrorList {
  readonly errors?: readonly { code: string; message: string }[];
  readonly request_id?: string | null;
}

test("headers of a web Response will do", () => {
  const headers = new Headers({ "Retry-After": "4", "X-Request-Id": "004h01uqo3s6ait1fi20" });
  expect(classifyResponse({ status: 429, headers, body: "" }, NOW)).toEqual({
    kind: "rate_limited",
    resetAt: NOW + 4000,
    status: 429,
    errors: [],
    requestId: "004h01uqo3s6ait1fi20",
  });
});

test("headers that throw cost the request's name and nothing else", () => {
  const headers = {
    get: (name: string) => {
      if (name === "x-request-id") throw new Error("hostile");
      return null;
    },
  };
  expect(classifyResponse({ status: 404, headers, body: "" }, NOW)).toStrictEqual({
    kind: "contact_not_found",
    status: 404,
    errors: [],
  });
});

test("headers that throw where they are needed are none", () => {
  const headers = {
    get: () => {
      throw new Error("hostile");
    },
  };
  expect(classifyResponse({ status: 429, headers, body: "" }, NOW)).toStrictEqual({
    kind: "rate_limited",
    status: 429,
    errors: [],
  });
});

test("headers as a log or a test keeps them will do, in any case, and none at all", () => {
  const verdict = { kind: "rate_limited", status: 429, errors: [] };
  const recorded = { "Retry-After": "4", "x-request-id": "004h01uqo3s6ait1fi20" };
  expect(classifyResponse({ status: 429, headers: recorded, body: "" }, NOW)).toStrictEqual({
    ...verdict,
    resetAt: NOW + 4000,
    requestId: "004h01uqo3s6ait1fi20",
  });
  for (const headers of [{}, null, undefined, [["retry-after", "4"]], "retry-after: 4"] as never[]) {
    expect(classifyResponse({ status: 429, headers, body: "" }, NOW)).toStrictEqual(verdict);
  }
});

const hostile = Object.entries(HOSTILE).filter(([name]) => !name.includes("10 MB")); // Those take minutes.

test.each(hostile)("it judges a reply of %s", (_, make) => {
  const reply = { status: 429, headers: headersOf({}), body: "" };
  const texts = { date: make(), "retry-after": make(), "x-ratelimit-reset": make(), "x-request-id": make() };
  const replies: object[] = [
    { headers: make() },
    { headers: { get: make } },
    { headers: texts },
    { body: make() },
  ];
  for (const part of replies) {
    const verdict = classifyResponse({ ...reply, ...part } as never, NOW);
    expect(verdict).toMatchObject({ kind: "rate_limited", status: 429, errors: [] });
  }
});
