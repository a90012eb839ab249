import fc from "fast-check";
import { expect, test } from "vitest";
import { createBench, event } from "../test/emulator-bench.ts";

const field = fc.oneof(
  fc.jsonValue(),
  fc.constantFrom(0, 1e308, -0, "", "__proto__", "constructor", "\u0000", "\ud800", "a".repeat(5000)),
);
const almostAnEvent = fc.record(
  {
    event_name: fc.oneof(fc.string(), field),
    created_at: fc.oneof(fc.nat(), fc.double(), field),
    user_id: fc.oneof(fc.string(), field),
    email: field,
    id: field,
    metadata: fc.oneof(
      fc.dictionary(fc.oneof(fc.string(), fc.constantFrom("__proto__", "toString")), field),
      field,
    ),
  },
  { requiredKeys: [] },
);
const body = fc.oneof(
  fc.uint8Array({ maxLength: 200 }).map((bytes) => new Uint8Array(bytes)),
  fc.string(),
  fc.json(),
  almostAnEvent.map((value) => JSON.stringify(value)),
);

test("no body makes POST /events fail by itself", async () => {
  const { call, emulator } = createBench({ rateLimit: 1_000_000 });
  const headers = { "content-type": "application/json" };
  await fc.assert(
    fc.asyncProperty(body, async (bytes) => {
      const { status } = await call("/events", { method: "POST", body: bytes, headers });
      expect([202, 400, 422]).toContain(status);
    }),
    { numRuns: 1500 },
  );
  JSON.stringify([emulator.events(), emulator.requests()]);
});

test("no query makes GET /events fail by itself", async () => {
  const { call } = createBench({ rateLimit: 1_000_000 });
  const name = fc.constantFrom(
    "type",
    "user_id",
    "email",
    "intercom_user_id",
    "per_page",
    "before",
    "since",
    "summary",
  );
  const value = fc.oneof(
    fc.constantFrom("user", "true", "%", "%E0%A4%A", "1e9", "99999999999999999999"),
    fc.string(),
  );
  const query = fc.array(fc.tuple(name, value)).map((pairs) => pairs.map((pair) => pair.join("=")).join("&"));
  await fc.assert(
    fc.asyncProperty(query, async (text) => {
      expect((await call(`/events?type=user&user_id=1&${text}`)).status).toBeLessThan(500);
    }),
    { numRuns: 500 },
  );
});

test.each([
  ["lists", `${"[".repeat(200_000)}${"]".repeat(200_000)}`, 400],
  ["objects", `${'{"a":'.repeat(100_000)}1${"}".repeat(100_000)}`, 400],
  [
    "metadata",
    `{"event_name":"a","created_at":1,"user_id":"1","metadata":{"a":${"[".repeat(200_000)}${"]".repeat(200_000)}}}`,
    400,
  ],
  [
    "an unknown field",
    `{"event_name":"a","created_at":1,"user_id":"1","x":${"[".repeat(200_000)}${"]".repeat(200_000)}}`,
    202,
  ],
])("JSON that is very deep: %s", async (_, text, status) => {
  expect((await createBench().post(text)).status).toBe(status);
});

test("contacts and names that objects have by birth are like any other", async () => {
  const { post, call, emulator } = createBench();
  for (const name of ["__proto__", "constructor", "toString"]) {
    expect((await post(event({ event_name: name, user_id: name }))).status).toBe(202);
    expect((await call(`/events?type=user&user_id=${name}`)).status).toBe(200);
  }
  expect(emulator.events()).toHaveLength(3);
});
