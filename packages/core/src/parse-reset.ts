import { memo } from "./memo.ts";
import type { ReadReply } from "./transport.ts";

/** A reset further away than this is taken for nonsense: Intercom's windows last 10 seconds. */
const MAX_AHEAD = 3_600_000;

/**
 * When the reply says to ask again, in milliseconds since the epoch of the **local** clock:
 * `Retry-After` (seconds or HTTP date, RFC 9110 §10.2.3) or else `X-RateLimit-Reset` (Unix seconds).
 *
 * Times of the server are read with the server's `Date`, so a wrong local clock does no harm. `Date`
 * has whole seconds, so the answer is up to a second late and never early. It is `undefined` when
 * nothing is said, or something that is past, more than an hour away, or no time at all.
 *
 * @param now milliseconds since the epoch, when the reply arrived
 */
export function parseReset(headers: ReadReply["headers"], now: number): number | undefined {
  const serverNow = parseHttpDate(headers.get("date")) ?? now;
  return (
    readRetryAfter(headers.get("retry-after"), serverNow, now) ?? parseRateLimitReset(headers, serverNow, now)
  );
}

/** When `Retry-After` says to ask again, read as {@link parseReset} does. */
export function parseRetryAfter(headers: ReadReply["headers"], now: number): number | undefined {
  return readRetryAfter(headers.get("retry-after"), parseHttpDate(headers.get("date")) ?? now, now);
}

function readRetryAfter(text: string | null, serverNow: number, now: number): number | undefined {
  const seconds = parseWhole(text);
  return ahead(seconds === undefined ? (parseHttpDate(text) ?? 0) - serverNow : seconds * 1000, now);
}

function parseRateLimitReset(
  headers: ReadReply["headers"],
  serverNow: number,
  now: number,
): number | undefined {
  const seconds = parseWhole(headers.get("x-ratelimit-reset"));
  return seconds === undefined ? undefined : ahead(seconds * 1000 - serverNow, now);
}

function ahead(milliseconds: number, now: number): number | undefined {
  return milliseconds > 0 && milliseconds <= MAX_AHEAD ? now + milliseconds : undefined;
}

/** A header's text of digits alone, as a number; anything else is `undefined`. */
export function parseWhole(text: unknown): number | undefined {
  return typeof text === "string" && /^\s*\d{1,15}\s*$/.test(text) ? Number(text) : undefined;
}

/**
 * A time in the one form servers send today (RFC 9110 §5.6.7, IMF-fixdate), in milliseconds since
 * the epoch. `Date.parse` alone takes `-5` for a date. For packages that build on core.
 */
export function parseHttpDate(text: unknown): number | undefined {
  return readHttpDate(String(text));
}

/** Remembers, as many replies have the same second. */
const readHttpDate = /* @__PURE__ */ memo((text): number | undefined => {
  const given = text.trim();
  const date = new Date(given);
  // The one form is the one that a `Date` writes, so that what it does not write back is another.
  return Number.isNaN(+date) || date.toUTCString() !== given ? undefined : +date;
});
