import { expect, test } from "vitest";
import type { Verdict } from "./verdict.ts";
import { causeWithoutToken, withoutToken } from "./without-token.ts";

const LONG = "dG9rOjMwMDEyM19hYmMvZGVmK2doaTox=";

const TOLD = "[access token]";

function invalid(
  errors: (Verdict & { kind: "invalid_request" })["errors"],
): Verdict & { kind: "invalid_request" } {
  return { kind: "invalid_request", status: 400, errors };
}

function refused(text: string): Verdict {
  const errors = [{ code: text, message: text, field: text }];
  return { kind: "server_error", status: 500, message: text, errors, requestId: text };
}

test.each([
  [LONG, LONG, "[access token]"],
  [LONG, `Got Bearer ${LONG}, twice ${LONG}`, "Got [access token], twice [access token]"],
  [LONG, `Bearer%20${LONG}x`, "Bearer%20[access token]x"],
  ["token", "Got Bearer token", "Got [access token]"],
  ["token", '{"authorization":"Bearer token"}', '{"authorization":"[access token]"}'],
  ["t.k", "t.k, not txk", "[access token], not txk"],
  // Words that have it in them are not it.
  ["token", "token_not_found", "token_not_found"],
  ["t", "rate_limit_exceeded", "rate_limit_exceeded"],
  ["test", "test-event is unknown", "test-event is unknown"],
])("token %j, said %j: %j", (token, said, told) => {
  expect(withoutToken(refused(said), token)).toStrictEqual(refused(told));
});

test.each<[place: string, said: Verdict, told: Verdict]>([
  ["a code", invalid([{ code: LONG, message: "no" }]), invalid([{ code: TOLD, message: "no" }])],
  ["a message", invalid([{ code: "no", message: LONG }]), invalid([{ code: "no", message: TOLD }])],
  [
    "a field",
    invalid([{ code: "no", message: "no", field: LONG }]),
    invalid([{ code: "no", message: "no", field: TOLD }]),
  ],
  ["the request's id", { ...invalid([]), requestId: LONG }, { ...invalid([]), requestId: TOLD }],
  [
    "the second error of a failure without a message",
    {
      kind: "server_error",
      status: 500,
      errors: [
        { code: "no", message: "no" },
        { code: "no", message: LONG },
      ],
    },
    {
      kind: "server_error",
      status: 500,
      errors: [
        { code: "no", message: "no" },
        { code: "no", message: TOLD },
      ],
    },
  ],
])("the token in %s alone is not told", (_, said, told) => {
  expect(withoutToken(said, LONG)).toStrictEqual(told);
});

test.each([19, 20])(
  "of a token of %d characters what is a part of another word is told if it is shorter than 20",
  (length) => {
    const token = "t".repeat(length);
    expect(withoutToken(refused(`x${token}`), token)).toStrictEqual(
      refused(length < 20 ? `x${token}` : `x${TOLD}`),
    );
  },
);

test("what has no token in it stays as it is", () => {
  const bare: Verdict = { kind: "contact_not_found", status: 404, errors: [] };
  for (const verdict of [bare, refused("no"), { kind: "accepted" }, { kind: "timeout" }] as const) {
    expect(withoutToken(verdict, LONG)).toBe(verdict);
  }
});

test("what a transport throws is another error if its message has the token in it", () => {
  const cause = new Error(`Cannot send "Bearer ${LONG}"`);
  expect(causeWithoutToken(cause, LONG)).toStrictEqual(new Error('Cannot send "[access token]"'));
  expect(causeWithoutToken(LONG, LONG)).toStrictEqual(new Error('"[access token]"'));
  const outer = new TypeError("fetch failed", { cause });
  expect(causeWithoutToken(outer, LONG)).toStrictEqual(
    new Error('fetch failed: Cannot send "[access token]"'),
  );
  for (const [other, token] of [
    [new Error("reset"), LONG],
    [cause, ""],
    [{}, LONG],
    [undefined, LONG],
  ] as const)
    expect(causeWithoutToken(other, token)).toBe(other);
});
