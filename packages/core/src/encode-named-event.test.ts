import { expect, test } from "vitest";
import { HOSTILE } from "../tests/hostile.ts";
import { encodeNamedEvent } from "./encode-named-event.ts";

test("holds the name, and metadata where it was given", () => {
  expect(encodeNamedEvent("logged-in", undefined)).toEqual({
    ok: true,
    event: { eventName: "logged-in" },
    warnings: [],
  });
  expect(encodeNamedEvent("logged-in", { a: 1, b: undefined })).toMatchObject({
    event: { eventName: "logged-in", metadata: { a: 1 } },
  });
});

test("collects problems of both, the name's first", () => {
  const encoded = encodeNamedEvent(undefined, { a: null });
  const issues = encoded.ok ? [] : encoded.issues;
  expect(issues.map(({ path, code }) => [path, code])).toEqual([
    ["eventName", "missing"],
    ["metadata.a", "unsupported_value"],
  ]);
});

test("counts the characters of both together", () => {
  const half = "x".repeat(32_768);
  expect(encodeNamedEvent(half, { a: half.slice(1) }).ok).toBe(true);
  expect(encodeNamedEvent(half, { a: half })).toMatchObject({
    ok: false,
    issues: [{ path: "", code: "too_large" }, { code: "string_length" }],
  });
});

test.each(Object.entries(HOSTILE))("never throws: %s", (_, make) => {
  expect(encodeNamedEvent(make(), make())).toHaveProperty("ok");
});
