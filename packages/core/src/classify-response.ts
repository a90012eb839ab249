import { parseReset } from "./parse-reset.ts";
import type { ReadReply, RecordedReply } from "./transport.ts";
import type { ReplyError, Verdict } from "./verdict.ts";

/**
 * Judges one reply. Pure and total: whatever the status, the headers and the body, there is a
 * verdict. The status alone decides its kind; a body that is blank, HTML or broken JSON only means
 * that there are no errors to pass on.
 *
 * Rules: the spec's `responses`; which statuses are worth repeating from Intercom's page on HTTP
 * responses.
 *
 * @param reply its headers are those of a web `Response`, or an object of names, in any case, and values
 * @param now milliseconds since the epoch, when the reply arrived
 * @example
 * classifyResponse({ status: 202, headers: new Headers(), body: "" }, Date.now()); // { kind: "accepted" }
 */
export function classifyResponse(reply: ReadReply | RecordedReply, now: number): Verdict {
  const { status } = reply;
  if (status >= 200 && status < 300) return { kind: "accepted" };
  const headers = readableHeaders(reply.headers);
  const { errors, requestId } = readErrors({ headers, body: reply.body });
  const replied = { status, errors, ...(requestId !== undefined && { requestId }) };
  const kind = kindOfStatus(status);
  switch (kind) {
    case "rate_limited": {
      const resetAt = parseReset(headers, now);
      return { kind, ...(resetAt !== undefined && { resetAt }), ...replied };
    }
    case "server_error": {
      const message = errors[0]?.message;
      return { kind, ...(message !== undefined && { message }), ...replied };
    }
    default:
      return { kind, ...replied };
  }
}

/** Statuses with a meaning of their own; the others go by their class. */
const KINDS = {
  401: "unauthorized",
  402: "forbidden", // The plan, not the event, is the problem.
  403: "forbidden",
  404: "contact_not_found",
  407: "server_error", // A proxy on the way wants a password.
  408: "server_error", // The server gave up waiting: asking again may help.
  421: "server_error", // Not meant for this server (RFC 9110 §15.5.20): another connection may lead to the right one.
  425: "server_error", // Too early (RFC 8470): ask again.
  429: "rate_limited",
} as const satisfies Readonly<Record<number, RepliedKind>>;

type RepliedKind = Exclude<Verdict["kind"], "accepted" | "unreachable" | "timeout">;

function kindOfStatus(status: number): RepliedKind {
  if (Object.hasOwn(KINDS, status)) return KINDS[status as keyof typeof KINDS];
  // A redirect is not followed, as it would carry the token elsewhere; something is in the way.
  return status >= 400 && status < 500 ? "invalid_request" : "server_error";
}

interface ReadErrors {
  readonly errors: readonly ReplyError[];
  readonly requestId: string | undefined;
}

/** Headers that can be asked for by a name in lower case, say nothing that is no text, and do not throw. */
function readableHeaders(headers: unknown): ReadReply["headers"] {
  return {
    get(name) {
      try {
        const given: Partial<ReadReply["headers"]> = Object(headers);
        const value =
          typeof given.get === "function"
            ? given.get(name)
            : Object.entries(given).find(([key]) => key.toLowerCase() === name)?.[1];
        return textOf(value) ?? null;
      } catch {
        return null; // What they say is not worth the verdict.
      }
    },
  };
}

function readErrors(reply: Pick<ReadReply, "headers" | "body">): ReadErrors {
  const body = parseBody(reply.body);
  const list: readonly unknown[] = Array.isArray(body?.errors) ? body.errors : [];
  return {
    errors: list.map(readError).filter((error) => error !== undefined),
    requestId: textOf(body?.request_id) ?? readRequestId(reply),
  };
}

/** The reply's `X-Request-Id`, if it has one. */
export function readRequestId({ headers }: Pick<ReadReply, "headers">): string | undefined {
  return readableHeaders(headers).get("x-request-id") ?? undefined;
}

function readError(entry: unknown): ReplyError | undefined {
  // Whatever else JSON may hold there has none of these.
  const { code, message, field } = (entry ?? {}) as Readonly<Record<string, unknown>>;
  if (typeof code !== "string" && typeof message !== "string") return undefined;
  return {
    code: textOf(code) ?? "",
    message: textOf(message) ?? "",
    ...(typeof field === "string" && { field }),
  };
}

/** The fields that are read of a body; a text, a number or a list of JSON has none of them. */
function parseBody(text: string): { errors?: unknown; request_id?: unknown } | null | undefined {
  try {
    return JSON.parse(text);
  } catch {
    return undefined; // Blank, HTML or cut off: the status has said all there is.
  }
}

function textOf(value: unknown): string | undefined {
  return typeof value === "string" && value !== "" ? value : undefined;
}
