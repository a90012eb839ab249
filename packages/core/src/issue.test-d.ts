import { expectTypeOf, test } from "vitest";
import type { ISSUE_CODES, REPLIED_KINDS } from "../tests/codes.ts";
import type { ErrorCode, Issue, IssueCode, WarningCode } from "./issue.ts";
import type { VerdictKind } from "./verdict.ts";

test("the lists that the vectors must cover are complete", () => {
  expectTypeOf<keyof typeof ISSUE_CODES>().toEqualTypeOf<IssueCode>();
  expectTypeOf<keyof typeof REPLIED_KINDS | "unreachable" | "timeout">().toEqualTypeOf<VerdictKind>();
});

test("a code is either a problem or a warning", () => {
  expectTypeOf<ErrorCode & WarningCode>().toBeNever();
  expectTypeOf<Issue["code"]>().toEqualTypeOf<ErrorCode | WarningCode>();
});
