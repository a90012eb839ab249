import type { Served } from "./api-call.ts";
import { serveControl } from "./control.ts";
import type { EmulatorState } from "./emulator-state.ts";
import type { ActiveFault } from "./fault.ts";
import { alterReply, faultReply } from "./fault-reply.ts";
import { createHttpDate } from "./http-date.ts";
import { controlPrefix } from "./loopback-guard.ts";
import type { PlainReply, PlainRequest } from "./plain-message.ts";
import { isRefusal, refusalReply } from "./refusal.ts";
import type { RecordedRequest, RequestResult } from "./request-log.ts";
import { type Admission, serveApi } from "./serve-api.ts";
import { serveMessenger } from "./serve-messenger.ts";
import { servePage } from "./serve-page.ts";
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

/** Creates the function that answers every request, over HTTP and in process. */
export function createHandler(state: EmulatorState): Handler {
  const checkToken = createTokenCheck(state.policy);
  const httpDate = createHttpDate();
  let requests = 0;

  /** Twenty letters and digits like Intercom's, in order. */
  function nextRequestId(): string {
    requests += 1;
    return requests.toString(32).padStart(20, "0");
  }

  /** A request with an accepted token counts, whatever becomes of it; documented of duplicates only. */
  function admit(request: PlainRequest): Admission {
    const caller = checkToken(request.authorization);
    return caller && { caller, ticket: state.countRequest(caller.app) };
  }

  function serve(request: PlainRequest, admission: Admission, requestId: string): Served {
    const outcome = serveMessenger(state, request) ?? serveApi(state, request, admission);
    if (!isRefusal(outcome)) return outcome;
    const { code: reason, field } = outcome;
    return { reply: refusalReply(outcome, requestId), result: "refused", reason, ...(field && { field }) };
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
    const served = serveOrFail(request, { fault, admission, requestId });
    const reply = complete(served.reply, {
      request,
      admission,
      requestId,
      fault,
      date: httpDate(state.clock.now()),
    });
    const sent = reset === "after" ? undefined : reply;
    const { result, reason = fault && "fault", field } = served;
    if (result === "stored") state.storage.take(request.body?.length ?? 0);
    record(state, { request, requestId, status: sent?.status, result, reason, field });
    return { reply: sent, breakOff: reset === "inside", delayMs };
  }

  function serveOrFail(request: PlainRequest, { fault, admission, requestId }: Serving): Served {
    if (fault?.status === undefined) return serve(request, admission, requestId);
    const { status } = fault;
    const result = status < 400 ? "answered" : "refused";
    const { rateLimit, eventNames } = state.policy;
    const context = { requestId, rateLimit: admission?.caller.app.rateLimit ?? rateLimit, eventNames };
    return { reply: faultReply(status, context), result, reason: "fault" };
  }

  function answer(request: PlainRequest): Answer {
    const own =
      servePage(request) ??
      (request.path.startsWith(controlPrefix) ? serveControl(state, request) : undefined);
    return own ? { reply: own, breakOff: false, delayMs: 0 } : answerApi(request);
  }

  return (request) => state.changes.together(() => answer(request));
}

interface Serving {
  readonly fault: ActiveFault | undefined;
  readonly admission: Admission;
  readonly requestId: string;
}

interface ReplyContext extends Serving {
  readonly request: PlainRequest;
  readonly date: string;
}

/**
 * Adds the headers every reply has; those about the rate only with an accepted token (rate limiting
 * page, 2.17), which the 401 of a fault says it is not.
 */
function complete(reply: PlainReply, context: ReplyContext): PlainReply {
  const { request, admission, requestId, fault, date } = context;
  const headers: Record<string, string> = { date, "x-request-id": requestId };
  if (admission && reply.status !== 401) {
    const { limit, remaining, reset } = admission.ticket;
    headers["x-ratelimit-limit"] = String(limit);
    headers["x-ratelimit-remaining"] = String(remaining);
    headers["x-ratelimit-reset"] = String(reset);
  }
  if (isForPages(request.path)) headers["access-control-allow-origin"] = "*";
  const whole = { status: reply.status, headers: Object.assign(headers, reply.headers), body: reply.body };
  return fault ? alterReply(whole, fault) : whole;
}

/** The Messenger runs in pages of any origin. */
function isForPages(path: string): boolean {
  return path.startsWith("/messenger/") || path.startsWith("/widget/");
}

interface Happening {
  readonly request: PlainRequest;
  readonly requestId: string;
  readonly status?: number | undefined;
  readonly result: RequestResult;
  readonly reason?: string | undefined;
  readonly field?: string | undefined;
}

function record({ log, clock, changes }: EmulatorState, happening: Happening): void {
  const { request, requestId, status, result, reason, field } = happening;
  const { method, path, query, headers, body = "" } = request;
  const recorded: RecordedRequest = {
    at: clock.now(),
    requestId,
    method,
    path: query ? `${path}?${query}` : path,
    headers: headers as RecordedRequest["headers"],
    body,
    result,
    ...(status !== undefined && { status }),
    ...(reason !== undefined && { reason }),
    ...(field !== undefined && { field }),
  };
  log.add(recorded);
  changes.tell(() => ({ type: "request", request: recorded }));
}
