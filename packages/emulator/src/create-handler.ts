import type { Served } from "./api-call.ts";
import { controlPrefix, serveControl } from "./control.ts";
import type { EmulatorState } from "./emulator-state.ts";
import type { ActiveFault } from "./fault.ts";
import { alterReply, faultReply } from "./fault-plan.ts";
import type { PlainReply, PlainRequest } from "./plain-message.ts";
import { rateHeaders } from "./rate-window.ts";
import { isRefusal, refusalReply } from "./refusal.ts";
import type { RequestResult } from "./request-log.ts";
import { type Admission, serveApi } from "./serve-api.ts";
import { serveMessenger } from "./serve-messenger.ts";
import { createTokenCheck } from "./tokens.ts";

/** What the caller gets: the reply, late or broken off as a fault wants. */
export interface Answer {
  /** `undefined`: the connection is reset instead. */
  readonly reply: PlainReply | undefined;
  /** The connection is reset inside the reply's body. */
  readonly breakOff: boolean;
  readonly delayMs: number;
}

/** Processes one request, at once and completely. Never throws. */
export type Handler = (request: PlainRequest) => Answer;

/** Creates the function that answers every request, whichever door it came by. */
export function createHandler(state: EmulatorState): Handler {
  const checkToken = createTokenCheck(state.policy.tokens);
  let requests = 0;

  /** Twenty letters and digits like Intercom's, in order. */
  function nextRequestId(): string {
    requests += 1;
    return requests.toString(32).padStart(20, "0");
  }

  /** A request with an accepted token counts, whatever becomes of it; documented of duplicates only. */
  function admit(request: PlainRequest): Admission {
    const caller = checkToken(request.headers.authorization);
    return caller && { caller, ticket: state.countRequest(caller.workspace) };
  }

  function serve(request: PlainRequest, admission: Admission, requestId: string): Served {
    const outcome = serveMessenger(state, request) ?? serveApi(state, request, admission);
    if (!isRefusal(outcome)) return outcome;
    return { reply: refusalReply(outcome, requestId), result: "refused", reason: outcome.code };
  }

  function answerApi(request: PlainRequest): Answer {
    const fault = state.faults.take(request);
    const requestId = nextRequestId();
    const { delayMs = 0, reset } = fault ?? {};
    if (reset === "before") {
      record(state, { request, requestId, result: "refused", reason: "fault" });
      return { reply: undefined, breakOff: false, delayMs };
    }
    const admission = admit(request);
    const served =
      fault?.status === undefined
        ? serve(request, admission, requestId)
        : { reply: faultReply(fault.status, requestId), result: faultResult(fault.status), reason: "fault" };
    const reply = complete(served.reply, { state, request, admission, requestId, fault });
    const sent = reset === "after" ? undefined : reply;
    const { result, reason = fault && "fault" } = served;
    record(state, {
      request,
      requestId,
      result,
      ...(reason && { reason }),
      ...(sent && { status: sent.status }),
    });
    return { reply: sent, breakOff: reset === "inside", delayMs };
  }

  return (request) =>
    request.path.startsWith(controlPrefix)
      ? { reply: serveControl(state, request), breakOff: false, delayMs: 0 }
      : answerApi(request);
}

function faultResult(status: number): RequestResult {
  return status < 400 ? "answered" : "refused";
}

interface ReplyContext {
  readonly state: EmulatorState;
  readonly request: PlainRequest;
  readonly admission: Admission;
  readonly requestId: string;
  readonly fault: ActiveFault | undefined;
}

/** Adds the headers every reply has; those about the rate only with an accepted token (rate limiting page, 2.17). */
function complete(reply: PlainReply, context: ReplyContext): PlainReply {
  const { state, request, admission, requestId, fault } = context;
  const headers = {
    date: new Date(state.policy.now()).toUTCString(),
    "x-request-id": requestId,
    ...(admission && rateHeaders(admission.ticket)),
    ...(isForPages(request.path) && { "access-control-allow-origin": "*" }),
    ...reply.headers,
  };
  const whole = { status: reply.status, headers, body: reply.body };
  return fault ? alterReply(whole, fault) : whole;
}

/** The Messenger runs in pages of any origin. */
function isForPages(path: string): boolean {
  return path.startsWith("/messenger/") || path.startsWith("/widget/");
}

interface Happening {
  readonly request: PlainRequest;
  readonly requestId: string;
  readonly status?: number;
  readonly result: RequestResult;
  readonly reason?: string;
}

function record({ log, policy }: EmulatorState, { request, ...happening }: Happening): void {
  const { method, path, query, body = "" } = request;
  const { authorization, ...others } = request.headers as Record<string, string>;
  const headers = authorization === undefined ? others : { ...others, authorization: "[not kept]" };
  log.add({ at: policy.now(), method, path: query ? `${path}?${query}` : path, headers, body, ...happening });
}
