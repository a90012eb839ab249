import type { ActiveFault } from "./fault.ts";
import type { PlainReply } from "./plain-message.ts";

const html = "text/html";
const json = "application/json; charset=utf-8";

/** Bodies that were seen with a status, where an error list with a made-up text would teach the wrong thing. */
const seenBodies: Readonly<Record<number, string>> = {
  // The edge in front of the API and its proxy answer with pages (community 4656, intercom-ruby pull request 52).
  502: "<html><head><title>502 Bad Gateway</title></head><body><h1>502 Bad Gateway</h1></body></html>",
  504: "<html><head><title>504 Gateway Time-out</title></head><body><h1>504 Gateway Time-out</h1></body></html>",
  // intercom-android#485, without a request id.
  503: '{"type":"error.list","errors":[{"code":"service_unavailable","message":"Sorry, the API service is temporarily unavailable"}]}',
};

const codes: Readonly<Record<number, readonly [code: string, message: string]>> = {
  401: ["unauthorized", "Access Token Invalid"],
  403: ["api_plan_restricted", "Active subscription needed."],
  404: ["not_found", "User Not Found"],
  429: ["rate_limit_exceeded", "Exceeded rate limit of 167 in 10_seconds"],
  500: ["server_error", "Something went wrong"],
};

/** The reply of a fault with a status. */
export function faultReply(status: number, requestId: string): PlainReply {
  const seen = seenBodies[status];
  if (seen !== undefined) return { status, headers: { "content-type": contentType(seen) }, body: seen };
  if (status < 400) return { status, headers: {}, body: "" };
  const [code, message] = codes[status] ?? ["client_error", "Unknown error"];
  const body = JSON.stringify({ type: "error.list", request_id: requestId, errors: [{ code, message }] });
  return { status, headers: { "content-type": json }, body };
}

/** The reply as the fault wants it. */
export function alterReply(reply: PlainReply, fault: ActiveFault): PlainReply {
  const { removeHeaders, cutBody } = fault;
  const body = cut(fault.body ?? reply.body, cutBody);
  const type = fault.body === undefined ? {} : { "content-type": contentType(body) };
  const headers = { ...reply.headers, ...type, ...fault.headers };
  const kept = Object.entries(headers).filter(([name]) => !removeHeaders.includes(name));
  return { status: reply.status, headers: Object.fromEntries(kept), body };
}

/** Whole characters only: a body is text here, and half of one would become another. */
function cut(body: string, bytes: number | undefined): string {
  if (bytes === undefined) return body;
  return new TextDecoder().decode(new TextEncoder().encode(body).subarray(0, bytes), { stream: true });
}

function contentType(body: string): string {
  return body.startsWith("<") ? html : json;
}
