import { inspect } from "node:util";
import { expect, test } from "vitest";
import { TokenError } from "./token.ts";
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

/** All that an error has, on itself and behind it. */
function all(error: unknown): string {
  return inspect(error, { depth: 20, showHidden: true });
}

test("what a transport throws is told without the token, wherever it is", () => {
  const request = { headers: { authorization: `Bearer ${LONG}` } };
  const inner = Object.assign(new RangeError(`Cannot send "Bearer ${LONG}"`), { data: LONG, request });
  const cause = Object.assign(new TypeError("fetch failed", { cause: inner }), {
    config: request,
    code: LONG,
  });
  const told = causeWithoutToken(cause, LONG) as Error & { code: string; cause: Error };
  expect(all(cause)).toContain(LONG);
  expect(all(told)).not.toContain(LONG);
  expect([told.name, told.message, told.code]).toEqual(["TypeError", "fetch failed", TOLD]);
  expect([told.cause.name, told.cause.message]).toEqual(["RangeError", 'Cannot send "[access token]"']);
  expect(told.stack).toContain("without-token.test.ts");
  expect(JSON.parse(JSON.stringify(told))).toEqual({
    name: "TypeError",
    message: "fetch failed",
    code: TOLD,
  });
  expect(causeWithoutToken(`Got ${LONG}`, LONG)).toBe(`Got ${TOLD}`);
  const plain = causeWithoutToken(new Error("no", { cause: LONG }), LONG);
  expect((plain as Error).cause).toBe(TOLD);
});

test("what a transport throws keeps what programs ask of it", () => {
  const refused = Object.assign(new Error("connect ECONNREFUSED 127.0.0.1:9"), {
    code: "ECONNREFUSED",
    errno: -111,
    syscall: "connect",
    address: "127.0.0.1",
    port: 9,
  });
  const all = Object.assign(new AggregateError([refused, refused], ""), { code: "ECONNREFUSED" });
  const told = causeWithoutToken(new TypeError("fetch failed", { cause: all }), LONG) as Error;
  expect(told).toBeInstanceOf(Error);
  const { code, errors } = told.cause as AggregateError & { code: string };
  expect(code).toBe("ECONNREFUSED");
  for (const error of errors) expect(error).toMatchObject({ ...refused });
  expect(errors).toHaveLength(2);
});

test("errors in a ring, too many of them and those that do not say are told as far as can be", () => {
  const ring = new Error("ring");
  ring.cause = ring;
  let depth = 0;
  for (let each = causeWithoutToken(ring, LONG); each; each = (each as Error).cause) depth += 1;
  expect(depth).toBe(4);
  const many = new AggregateError(Array(100).fill(ring), "many");
  expect((causeWithoutToken(many, LONG) as AggregateError).errors).toHaveLength(10);
  const mute = Object.defineProperty(new Error("mute"), "name", {
    get() {
      throw new Error(LONG);
    },
  });
  expect(causeWithoutToken(mute, LONG)).toStrictEqual(new Error("mute"));
  expect(all(causeWithoutToken({ authorization: LONG }, LONG))).not.toContain(LONG);
  for (const other of [undefined, null, 7]) expect(causeWithoutToken(other, LONG)).toBe(other);
});

test("that there is no token stays that, without what hangs on the error behind it", () => {
  const secret = { client_secret: LONG };
  const behind = Object.assign(new Error("down (503) - …"), { config: secret });
  const told = causeWithoutToken(new TokenError("no token", { cause: behind }), "");
  expect(told).toBeInstanceOf(TokenError);
  expect({ ...((told as Error).cause as Error) }).toEqual({ name: "Error", message: "down (503) - …" });
  expect(all(told)).not.toContain(LONG);
});

test("the stack is that of where it was thrown, without the token", () => {
  function failingTransport(): Error {
    return new Error(`Cannot send "Bearer ${LONG}"`);
  }
  const { stack } = causeWithoutToken(failingTransport(), LONG) as Error;
  expect(stack).toContain("failingTransport");
  expect(stack).not.toContain(LONG);
  const bare = Object.assign(new Error("no"), { stack: undefined });
  expect(typeof (causeWithoutToken(bare, LONG) as Error).stack).toBe("string");
});

test("of what is told only texts and numbers are, in their depth", () => {
  const odd = Object.assign(new Error("odd"), { name: 7, code: { token: LONG }, errno: [LONG], port: 9 });
  const told = causeWithoutToken(odd, LONG) as Error;
  expect({ ...told }).toEqual({ name: "Error", message: "odd", port: 9 });
  expect("cause" in told).toBe(false);
  const ring = new AggregateError([], "ring");
  ring.errors.push(ring);
  let depth = 0;
  for (let each = causeWithoutToken(ring, LONG) as AggregateError; each; each = each.errors?.[0]) depth += 1;
  expect(depth).toBe(4);
});
