import type { RelayError, RelayReply } from "@intercom-events/core";
import { type Refusal, statusOf } from "./refusal.ts";

/** Seconds after which a relay that cannot take events may be asked again. */
const UNAVAILABLE_WAIT = 10;

/** Seconds a browser may remember what a preflight has answered; some take two hours at most. */
const PREFLIGHT_AGE = 7200;

/** What a reply is made for. */
export interface ReplyTo {
  /** Milliseconds since the epoch. */
  readonly now: number;
  /** The origin that may read the reply although it is another one than the relay's. */
  readonly crossOrigin: string | undefined;
}

/** The reply to a batch that was read. */
export function replyWith(reply: RelayReply, to: ReplyTo): Response {
  return json(200, reply, headersFor(to));
}

/** The reply to a request that is refused. */
export function replyRefusing(refusal: Refusal, to: ReplyTo): Response {
  const { code, message, wait } = refusal;
  const headers = headersFor(to);
  if (code === "method_not_allowed") headers.set("allow", "POST, OPTIONS");
  if (code === "unavailable") headers.set("retry-after", String(UNAVAILABLE_WAIT));
  if (wait !== undefined) headers.set("retry-after", String(Math.ceil(wait / 1000)));
  return json(statusOf(refusal), { error: { code, message } } satisfies RelayError, headers);
}

/** The reply to a preflight. */
export function replyToPreflight(to: ReplyTo): Response {
  const headers = headersFor(to);
  headers.set("access-control-allow-methods", "POST");
  headers.set("access-control-allow-headers", "Content-Type");
  headers.set("access-control-max-age", String(PREFLIGHT_AGE));
  return new Response(null, { status: 204, headers });
}

function json(status: number, body: RelayReply | RelayError, headers: Headers): Response {
  headers.set("content-type", "application/json");
  return new Response(JSON.stringify(body), { status, headers });
}

function headersFor({ now, crossOrigin }: ReplyTo): Headers {
  const headers = new Headers({
    "cache-control": "no-store",
    date: new Date(now).toUTCString(),
    vary: "Origin",
    "x-content-type-options": "nosniff",
  });
  if (crossOrigin === undefined) return headers;
  headers.set("access-control-allow-origin", crossOrigin);
  headers.set("access-control-allow-credentials", "true");
  headers.set("access-control-expose-headers", "Date, Retry-After");
  return headers;
}
