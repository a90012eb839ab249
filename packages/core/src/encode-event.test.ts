import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { anyMaker, HOSTILE } from "../tests/hostile.ts";
import { faults } from "../tests/spec.ts";
import { validEntries } from "../tests/valid-metadata.ts";
import { collectContact, encodeEvent, encodeTracked } from "./encode-event.ts";
import { createReport } from "./report.ts";

const NOW = 1671028894321;
const FIELDS = ["userId", "email", "id", "eventName", "createdAt", "metadata", "user_id", "__proto__"];

/** Encodes what may be anything, and checks what holds whatever it is. */
function encodeAnything(event: unknown): void {
  const encoded = encodeEvent(event, NOW);
  for (const { path, message } of encoded.ok ? encoded.warnings : encoded.issues) {
    expect(message.length).toBeLessThan(1000);
    expect(path.length).toBeLessThan(300);
  }
  const sent: unknown = encoded.ok ? JSON.parse(JSON.stringify(encoded.value)) : {};
  if (encoded.ok) expect(faults(sent, "/components/schemas/CreateEventRequest")).toEqual([]);
}

describe("it never throws, and what it accepts fits the spec", () => {
  test.each(Object.entries(HOSTILE))("%s", (_, make) => {
    encodeAnything(make());
    for (const field of FIELDS) encodeAnything({ userId: "1", eventName: "a", [field]: make() });
    encodeAnything({ userId: "1", eventName: "a", metadata: { a: make() } });
  });

  test("anything", () => {
    fc.assert(
      fc.property(anyMaker, (make) => encodeAnything(make())),
      { numRuns: 300 },
    );
  });

  test("events of anything", () => {
    const field = fc.tuple(fc.constantFrom(...FIELDS), anyMaker);
    const good = fc.constantFrom({ userId: "1", eventName: "a" }, { email: "a@b", eventName: "b" }, {});
    fc.assert(
      fc.property(good, fc.array(field, { maxLength: 3 }), (event, fields) =>
        encodeAnything({ ...event, ...Object.fromEntries(fields.map(([name, make]) => [name, make()])) }),
      ),
      { numRuns: 300 },
    );
  });
});

const text = fc.string({ unit: "grapheme", minLength: 1 }).filter((given) => given.trim() !== "");
const contact = fc.oneof(
  text.map((userId) => ({ userId })),
  text.map((id) => ({ id })),
  fc.emailAddress().map((email) => ({ email })),
);
const createdAt = fc.oneof(
  fc.constant(undefined),
  fc.double({ min: 0, max: 99_999_999_999, noNaN: true }),
  fc.date({ min: new Date(0), max: new Date(1e14 - 1), noInvalidDate: true }),
);

test("valid events are accepted and fit the spec", () => {
  const event = fc.tuple(contact, text, createdAt, fc.option(validEntries, { nil: undefined }));
  fc.assert(
    fc.property(event, fc.integer({ min: 0, max: 4e12 }), ([contact, eventName, createdAt, entries], now) => {
      const metadata = entries && Object.fromEntries(entries.map(({ key, given }) => [key, given]));
      const encoded = encodeEvent({ ...contact, eventName, createdAt, metadata }, now);
      if (!encoded.ok) throw new Error(JSON.stringify(encoded.issues));
      expect(encoded.value.event_name).toBe(eventName);
      expect(encoded.value.created_at).toBe(
        Math.floor(
          Number(createdAt ?? now) / (createdAt instanceof Date || createdAt === undefined ? 1000 : 1),
        ),
      );
      expect(
        faults(JSON.parse(JSON.stringify(encoded.value)), "/components/schemas/CreateEventRequest"),
      ).toEqual([]);
    }),
  );
});

test("each field is read once", () => {
  const reads: string[] = [];
  const event = new Proxy(
    { userId: "314159", eventName: "logged-in", createdAt: 5, metadata: { a: 1 } },
    {
      get(target, field) {
        if (typeof field === "string") reads.push(field);
        return Reflect.get(target, field);
      },
    },
  );
  expect(encodeEvent(event, NOW).ok).toBe(true);
  expect(reads.sort()).toEqual(["createdAt", "email", "eventName", "id", "metadata", "userId"]);
});

test("keys that cannot be listed are a problem of the event, or of its metadata", () => {
  const event = { userId: "314159", eventName: "logged-in" };
  const unlisted = <Value extends object>(value: Value) =>
    new Proxy(value, {
      ownKeys() {
        throw new Error("hostile");
      },
    });
  for (const [given, path] of [
    [unlisted(event), ""],
    [{ ...event, metadata: unlisted({}) }, "metadata"],
  ] as const) {
    expect(encodeEvent(given, NOW)).toMatchObject({ ok: false, issues: [{ path, code: "unreadable" }] });
  }
});

test("what only the client needs to know of an event is not returned", () => {
  expect(encodeEvent({ userId: "314159", eventName: "logged-in" }, NOW)).toEqual({
    ok: true,
    value: { user_id: "314159", event_name: "logged-in", created_at: 1671028894 },
    warnings: [],
  });
});

test("of very many fields that nobody knows, a hundred are named", () => {
  const unknown = Object.fromEntries(Array.from({ length: 101 }, (_, index) => [`field${index}`, 1]));
  expect(encodeEvent({ userId: "314159", eventName: "logged-in", ...unknown }, NOW)).toMatchObject({
    warnings: { length: 100 },
  });
});

test.each([
  ["userId", { user_id: "a@b" }],
  ["email", { email: "a@b" }],
  ["id", { id: "a@b" }],
] as const)("a contact alone is read by %s", (given, expected) => {
  const report = createReport();
  expect(collectContact((name) => (name === given ? "a@b" : undefined), report)).toEqual(expected);
  expect(report.issues).toEqual([]);
});

test.each([undefined, Number.NaN, Number.POSITIVE_INFINITY, "now"])(
  "an event that needs the time is refused where %j is given for it",
  (now) => {
    const event = { userId: "314159", eventName: "logged-in" };
    const createdAt = { ...event, createdAt: 1_671_028_894 };
    expect(encodeEvent(event, now as number)).toMatchObject({
      ok: false,
      issues: [{ path: "createdAt", code: expect.stringMatching(/^(invalid_date|milliseconds)$/) }],
    });
    expect(encodeEvent(createdAt, now as number).ok).toBe(true);
  },
);

test("tells besides whether the time is ours, and how many characters there are", () => {
  const event = { userId: "314159", eventName: "logged-in", metadata: { plan: "pro" } };
  expect(encodeTracked(event, 5000, {})).toMatchObject({ isStamped: true, characters: 22 });
  expect(encodeTracked({ ...event, createdAt: 5 }, 5000, {})).toMatchObject({ isStamped: false });
});

test("names two of the identities that there may be only one of", () => {
  const encoded = encodeEvent({ userId: "1", email: "a@example.org", id: "2", eventName: "logged-in" }, 5000);
  expect(encoded).toMatchObject({
    issues: [{ message: "The contact must be named by one of userId, email and id, got userId and email" }],
  });
});
