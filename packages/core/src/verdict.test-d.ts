import { expectTypeOf, test } from "vitest";
import type { classifyResponse } from "./classify-response.ts";
import type { DropReason, Outcome } from "./outcome.ts";
import type { ReplyError, Verdict } from "./verdict.ts";

declare const verdict: Verdict;
declare const outcome: Outcome;

test("a switch over the kinds of verdict is complete", () => {
  switch (verdict.kind) {
    case "accepted":
    case "timeout":
      return;
    case "unreachable":
      return expectTypeOf(verdict.cause).toBeUnknown();
    case "rate_limited":
      return expectTypeOf(verdict.resetAt).toEqualTypeOf<number | undefined>();
    case "server_error":
      return expectTypeOf(verdict.message).toEqualTypeOf<string | undefined>();
    case "contact_not_found":
    case "unauthorized":
    case "forbidden":
    case "invalid_request":
      return expectTypeOf(verdict.errors).toEqualTypeOf<readonly ReplyError[]>();
    default:
      return verdict satisfies never;
  }
});

test("a kind left out of the switch is an error", () => {
  switch (verdict.kind) {
    case "accepted":
    case "timeout":
    case "unreachable":
    case "rate_limited":
    case "server_error":
    case "contact_not_found":
    case "unauthorized":
    case "forbidden":
      return;
    default:
      // @ts-expect-error
      return verdict satisfies never;
  }
});

test("verdicts about a reply carry its status, its errors and the request id", () => {
  type Replied = Exclude<Verdict, { kind: "accepted" | "unreachable" | "timeout" }>;
  expectTypeOf<Replied["status"]>().toEqualTypeOf<number>();
  expectTypeOf<Replied["errors"]>().toEqualTypeOf<readonly ReplyError[]>();
  expectTypeOf<Replied["requestId"]>().toEqualTypeOf<string | undefined>();
  expectTypeOf<ReturnType<typeof classifyResponse>>().toEqualTypeOf<Verdict>();
});

test("a switch over the outcomes is complete", () => {
  switch (outcome.status) {
    case "accepted":
      return expectTypeOf(outcome.attempts).toEqualTypeOf<number>();
    case "duplicate":
      return;
    case "rejected":
      return expectTypeOf(outcome.verdict).toEqualTypeOf<Exclude<Verdict, { kind: "accepted" }>>();
    case "invalid":
      return expectTypeOf(outcome.issues[0].code).toBeString();
    case "dropped":
      return expectTypeOf(outcome.reason).toEqualTypeOf<DropReason>();
    default:
      return outcome satisfies never;
  }
});

test("an outcome left out of the switch is an error", () => {
  switch (outcome.status) {
    case "accepted":
    case "duplicate":
    case "rejected":
    case "invalid":
      return;
    default:
      // @ts-expect-error
      return outcome satisfies never;
  }
});
