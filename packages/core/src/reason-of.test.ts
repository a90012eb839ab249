import { expect, test } from "vitest";
import { reasonOf } from "./reason-of.ts";
import { TokenError } from "./token.ts";

const REFUSED = new Error("connect ECONNREFUSED 127.0.0.1:1");

test.each<[thrown: unknown, reason: string]>([
  [REFUSED, REFUSED.message],
  [new TypeError("fetch failed", { cause: REFUSED }), `fetch failed: ${REFUSED.message}`],
  [new Error(`It failed: ${REFUSED.message}`, { cause: REFUSED }), `It failed: ${REFUSED.message}`],
  [new AggregateError([REFUSED, new Error("other")]), REFUSED.message],
  [new AggregateError([]), ""],
  [new TokenError("no token", { cause: new Error("token-1 is stale") }), "no token"],
  [new Error("reset", { cause: { status: 503 } }), "reset"],
  [new Error("reset", { cause: "mine" }), "reset"],
  [Object.assign(new Error("reset"), { errors: 5 }), "reset"],
  ["reset", '"reset"'],
  [{ cause: REFUSED }, `an object (Object): ${REFUSED.message}`],
  [null, "null"],
  [undefined, "undefined"],
  [
    Object.defineProperty(new Error("reset"), "cause", {
      get() {
        throw new Error("mine");
      },
    }),
    "reset",
  ],
])("%s: %s", (thrown, reason) => {
  expect(reasonOf(thrown)).toBe(reason);
});
