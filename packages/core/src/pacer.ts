import { createClockOffset } from "./clock-offset.ts";
import { parseHttpDate, parseWhole } from "./parse-reset.ts";
import type { ReadReply } from "./transport.ts";

/** Intercom counts calls in fixed windows of ten seconds (REST API, rate limiting). */
const WINDOW = 10_000;

/** The allowance of a window while no header says it: 10,000 a minute. */
const DEFAULT_LIMIT = 1667;

/** A window that ends further away than this is nonsense. */
const MAX_AHEAD = 60_000;

/** Above this part of the window's allowance calls go at once; below, they are spread over what is left of it. */
const FREE_PART = 0.5;

/** Calls that may be under way before the first reply has told how things are. */
const FIRST_CALLS = 4;

/** The spread ends this many milliseconds before the window, so that what is left by then is used too. */
const SPARE = 500;

/** After a window's end callers come back within this many milliseconds, not all at the same moment. */
const SPREAD_OF_WAKING = 200;

/** Milliseconds after which to look again whether the first calls, or the probe, have an answer. */
const LOOK = 100;

/** The allowance as far as it is known. */
export interface RateBudget {
  /** Calls allowed in a window. */
  readonly limit: number;
  /** Calls left in this window, as the server counts them. */
  readonly remaining: number;
  /** When the window ends, in milliseconds since the epoch of the local clock. */
  readonly resetAt: number;
}

/** A call that was started and has ended. */
interface EndedCall {
  /** When `start` answered 0, in milliseconds since the epoch. */
  readonly startedAt: number;
  readonly now: number;
  /** Its reply, if there was one. */
  readonly reply?: Pick<ReadReply, "headers"> | undefined;
  /** Present if it was a 429, with what that said. */
  readonly limited?: { readonly resetAt?: number } | undefined;
}

/** Keeps calls within the allowance; {@link createPacer}. */
export interface Pacer {
  /**
   * Asks to make a call now. 0 means go, and the call counts from here on until `end`; anything else
   * is how many milliseconds to wait before asking again.
   */
  start(now: number): number;
  /** Tells that a call has ended. */
  end(call: EndedCall): void;
  /** The budget at this moment. */
  read(now: number): RateBudget;
}

/** How a pacer is made. */
export interface PacerOptions {
  /** Part of the allowance to use, more than 0 and at most 1; the rest is left to others. */
  readonly share: number;
  /** At least 0 and less than 1. */
  readonly random: () => number;
}

/**
 * A pacer that knows nothing yet. It goes by what the server says: the limit, how many calls are left
 * and when the window ends, read with the server's clock.
 *
 * In each window the first half of the allowance goes out at once. The rest is spread over the time
 * that is left, anew with each reply: a caller alone uses all of it, and callers that share the
 * allowance slow each other down before it ends instead of running into it together.
 */
export function createPacer({ share, random }: PacerOptions): Pacer {
  const offset = createClockOffset();
  let limit = DEFAULT_LIMIT;
  let remaining = DEFAULT_LIMIT;
  /** The window's end on the server's clock, in milliseconds; 0 while it is a guess. */
  let serverReset = 0;
  let localReset = 0;
  let started = 0;
  let inFlight = 0;
  /** Those of them that were started in this window. */
  let inFlightOfWindow = 0;
  let isProbing = false;
  let isNew = true;
  let wasLimited = false;
  let credit = 0;
  let creditedAt = 0;
  let wakeAt = 0;
  let openedAt = 0;
  let refused = 0;
  /** How many times our own use all callers together used of the last window. */
  let crowd = 1;

  const resetAt = (): number => (serverReset > 0 ? serverReset + (offset.read() ?? 0) : localReset);

  /** Opens the next window once this one is over. */
  function roll(now: number): void {
    const end = resetAt();
    if (now < end) return;
    const later = (Math.floor((now - end) / WINDOW) + 1) * WINDOW;
    if (serverReset > 0) serverReset += later;
    else localReset += later; // From 0 on, these are the windows as Intercom counts them.
    crowd = Math.max(1, (limit - Math.max(0, remaining)) / Math.max(1, started - refused));
    isProbing = wasLimited;
    wasLimited = false;
    open(limit, now);
  }

  function open(left: number, now: number): void {
    remaining = left;
    started = inFlight;
    credit = 0;
    creditedAt = now;
    wakeAt = 0;
    openedAt = now;
    refused = 0;
    inFlightOfWindow = 0;
  }

  /** Calls that may still be started in this window. */
  function left(): number {
    return Math.min(remaining - inFlight, Math.floor(limit * share) - started);
  }

  function untilReset(now: number): number {
    if (wakeAt === 0) wakeAt = resetAt() + Math.ceil(random() * SPREAD_OF_WAKING);
    return Math.max(1, Math.ceil(wakeAt - now));
  }

  /** One call asks how a window is after a 429, and a few at the very beginning. */
  function mostInFlight(): number {
    return isProbing ? 1 : isNew ? FIRST_CALLS : Number.POSITIVE_INFINITY;
  }

  function start(now: number): number {
    if (now < wakeAt && now >= resetAt()) return wakeAt - now;
    roll(now);
    // What these calls hear is for all who share the pacer, and they are told by nobody.
    if (inFlightOfWindow >= mostInFlight()) return Math.min(LOOK, untilReset(now));
    const available = left();
    if (available <= 0) return untilReset(now);
    // The first half at once, but no more together than that half holds.
    const isFree = inFlight * crowd < available - limit * share * FREE_PART;
    if (!isFree) {
      const rate = available / Math.max(1, resetAt() - SPARE - now);
      // A late timer is made up for, an idle stretch is not.
      credit = Math.min(Math.max(1, rate * 50), credit + rate * Math.max(0, now - creditedAt));
      creditedAt = now;
      if (credit < 1) return Math.max(1, Math.ceil((1 - credit) / rate));
      credit -= 1;
    }
    inFlight += 1;
    inFlightOfWindow += 1;
    started += 1;
    return 0;
  }

  /** Takes over what the server says: of this window, of one that is over, or nothing usable. */
  function observe(headers: ReadReply["headers"], now: number): "current" | "past" | "nothing" {
    const date = parseHttpDate(headers.get("date"));
    if (date !== undefined) offset.observe(date, now);
    const said = parseWhole(headers.get("x-ratelimit-remaining"));
    const reset = (parseWhole(headers.get("x-ratelimit-reset")) ?? 0) * 1000;
    const ahead = reset + (offset.read() ?? 0) - now;
    if (said === undefined || ahead <= -WINDOW || ahead > MAX_AHEAD) return "nothing";
    const allowed = parseWhole(headers.get("x-ratelimit-limit"));
    if (allowed !== undefined && allowed > 0) limit = allowed;
    if (reset < serverReset && ahead <= 0) return "past";
    if (reset === serverReset) {
      remaining = Math.min(remaining, said);
    } else {
      // The first word of the server, a new window, or one that was taken for over too early.
      if (serverReset > 0) open(said, now);
      wakeAt = 0;
      serverReset = reset;
      remaining = said;
    }
    return "current";
  }

  return {
    start,
    end({ startedAt, now, reply, limited }) {
      inFlight -= 1;
      if (startedAt >= openedAt) inFlightOfWindow -= 1;
      const said = reply === undefined ? "nothing" : observe(reply.headers, now);
      if (said === "past" || (said === "nothing" && startedAt < openedAt)) return;
      isProbing = false;
      isNew = false;
      if (said === "nothing") remaining -= 1;
      if (!limited) return;
      remaining = Math.min(remaining, 0);
      wasLimited = true;
      refused += 1;
      if (said === "nothing" && limited.resetAt !== undefined) {
        serverReset = 0;
        localReset = limited.resetAt;
        wakeAt = 0;
      }
    },
    read(now) {
      roll(now);
      return { limit, remaining: Math.max(0, remaining - inFlight), resetAt: resetAt() };
    },
  };
}
