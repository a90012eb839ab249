import { checkKeys } from "./misuse.ts";
import type { RecordedRequest } from "./request-log.ts";

/** What a request is to be like. What is left out does not matter. */
export type RequestMatch = Partial<
  Pick<RecordedRequest, "method" | "status" | "result" | "reason" | "field" | "requestId">
> & {
  /** Without the query. */
  readonly path?: string;
};

/** True when each part of the match is the request's. */
export function matchesRequest(request: RecordedRequest, match: RequestMatch): boolean {
  const { path, ...rest } = match;
  if (path !== undefined && request.path.split("?")[0] !== path) return false;
  return Object.entries(rest).every(([name, value]) => request[name as keyof RecordedRequest] === value);
}

/** Throws a TypeError for a match with an unknown part. */
export function checkRequestMatch(match: unknown): asserts match is RequestMatch {
  const known = ["method", "path", "status", "result", "reason", "field", "requestId"];
  checkKeys("find requests", match, { name: "match", known });
}
