import type { ActiveFault } from "./fault.ts";
import { emptyReply, type PlainReply } from "./plain-message.ts";
import { type Refusal, refusalReply, refuse } from "./refusal.ts";

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

/** What a reply with a status says of the emulator it comes from. */
export interface FaultContext {
  readonly requestId: string;
  /** Requests in a window of 10 seconds, of the app that asks. */
  readonly rateLimit: number;
  /** Active event names of a workspace. */
  readonly eventNames: number;
}

/** What the emulator says by itself, or Intercom's documents do, for the reason that comes first to mind. */
function refusalOf(status: number, { rateLimit, eventNames }: FaultContext): Refusal {
  const refusals: readonly Refusal[] = [
    refuse.missingData("data"),
    refuse.invalidToken(),
    { status: 403, code: "api_plan_restricted", message: "Active subscription needed." },
    refuse.unknownContact(),
    refuse.notAcceptable(),
    refuse.ambiguousEmail("frodo.baggins@example.com"),
    refuse.unsupportedMediaType(),
    refuse.tooManyNames(String(eventNames)),
    refuse.rateLimited(String(rateLimit)),
    { status: 500, code: "server_error", message: "Something went wrong" },
  ];
  const unseen = { status, code: "client_error", message: "Unknown error" };
  return refusals.find((refusal) => refusal.status === status) ?? unseen;
}

/** The reply of a fault with a status. */
export function faultReply(status: number, context: FaultContext): PlainReply {
  const seen = seenBodies[status];
  if (seen !== undefined) return { status, headers: { "content-type": contentType(seen) }, body: seen };
  if (status < 400 || status === 408) return emptyReply(status); // no body of 408 has been seen
  return refusalReply(refusalOf(status, context), context.requestId);
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
