import type { RelayError } from "@intercom-events/core";

/** Why no event of a request is read. */
export type RefusalCode = RelayError["error"]["code"];

/** A request that is refused, in words that quote nothing of it. */
export interface Refusal {
  readonly code: RefusalCode;
  readonly message: string;
  /** Milliseconds to wait before the next request. */
  readonly wait?: number;
}

/** What each code means: the status of `spec/relay.yaml`, and a sentence for people. */
const MEANINGS: Readonly<Record<RefusalCode, readonly [status: number, message: string]>> = {
  invalid_request: [400, "The body must be JSON with a list of events"],
  unauthorized: [401, "The caller is not known"],
  forbidden: [403, "The origin is not allowed"],
  method_not_allowed: [405, "The method must be POST"],
  request_timeout: [408, "The body took too long to arrive"],
  too_large: [413, "The request is too large"],
  unsupported_media_type: [
    415,
    "The content type must be text/plain or application/json, in UTF-8 and not compressed",
  ],
  rate_limited: [429, "Too many events; try again later"],
  unavailable: [503, "The relay cannot take events now"],
};

/** Refuses a request. @param message instead of the usual one */
export function refuse(code: RefusalCode, message: string = MEANINGS[code][1]): Refusal {
  return { code, message };
}

/** Whether a step has refused the request. */
export function isRefusal(answer: object): answer is Refusal {
  return "code" in answer;
}

/** The status of a refusal. */
export function statusOf({ code }: Refusal): number {
  return MEANINGS[code][0];
}
