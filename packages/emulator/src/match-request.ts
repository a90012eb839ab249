import { checkKeys, isInteger, isText, misuse } from "./misuse.ts";
import { isResult, type RecordedRequest, resultNames } from "./request-log.ts";

/** What a request is to be like. What is left out does not matter. */
export type RequestMatch = Partial<Pick<RecordedRequest, "method" | "result" | "requestId">> & {
  /** `undefined` finds the requests that do not have it. */
  readonly [Part in "status" | "reason" | "field"]?: RecordedRequest[Part] | undefined;
} & {
  /** Without the query. */
  readonly path?: string | undefined;
};

/** True when each part of the match is the request's. */
export function matchesRequest(request: RecordedRequest, match: RequestMatch): boolean {
  const { path, ...rest } = match;
  if (path !== undefined && request.path.split("?")[0] !== path) return false;
  return Object.entries(rest).every(([name, value]) => request[name as keyof RecordedRequest] === value);
}

/** What each part is to be, and whether it is that. */
type Rule = readonly [wanted: string, check: (value: unknown) => boolean];

const text: Rule = ["a non-empty string", isText];

const rules: Readonly<Record<keyof RequestMatch, Rule>> = {
  method: text,
  path: text,
  status: ["a status such as 202", (value) => isInteger(value, 100, 599)],
  result: [resultNames, isResult],
  reason: text,
  field: text,
  requestId: text,
};

/** Throws a TypeError for a match with an unknown part, or one that no request can be like. */
export function checkRequestMatch(match: unknown): asserts match is RequestMatch {
  checkKeys("find requests", match, { name: "match", known: Object.keys(rules) });
  for (const [name, [wanted, check]] of Object.entries(rules)) {
    const value = match[name];
    // `undefined` finds what does not have the part, such as the status of a connection that was reset.
    if (value !== undefined && !check(value)) throw misuse("find requests", name, wanted, value);
  }
}
