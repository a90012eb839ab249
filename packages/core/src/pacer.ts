import { createClockOffset } from "./clock-offset.ts";
import { createContention } from "./contention.ts";
import { expectedLeft, partOf, reserveFor } from "./fair-share.ts";
import { createOpenCalls } from "./open-calls.ts";
import { parseHttpDate, parseRetryAfter, parseWhole } from "./parse-reset.ts";
import type { ReadReply } from "./transport.ts";

/** Intercom counts calls in fixed windows of ten seconds (REST API, rate limiting). */
const WINDOW = 10_000;

/** The allowance of a window while no header says it: 10,000 a minute. */
const DEFAULT_LIMIT = 1667;

/** A window that ends further away than this is nonsense. */
const MAX_AHEAD = 60_000;

/** Alone, calls go at once above this part of the window's allowance; below, they are spread over what is left of it. */
const FREE_PART = 0.5;

/** Calls that may be under way before the first reply has told how things are. */
const FIRST_CALLS = 4;

/** A call that takes longer than others did by this factor says that something is amiss. */
const SLOW = 2;

/** The spread ends this many milliseconds before the window, so that what is left by then is used too. */
const SPARE = 500;

/** After a window's end callers come back within this many milliseconds, not all at the same moment. */
const SPREAD_OF_WAKING = 200;

/** Milliseconds after which to look again whether calls have answers, without which no more are to be made. */
const LOOK = 100;

/** Who comes so many milliseconds after its last call, without having been told to wait, had nothing to send. */
const LATE = 50;

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
  /** When `start` returned 0, in milliseconds since the epoch. */
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
  /**
   * Milliseconds after which a call counts as ended though its end was never told: a platform that stops what a request
   * has not waited for stops its timers too. @default 30000
   */
  readonly timeout?: number;
}

/** Calls that are left, as a reply says. */
function leftOf(reply: Pick<ReadReply, "headers"> | undefined): number | undefined {
  return parseWhole(reply?.headers.get("x-ratelimit-remaining"));
}

/**
 * A pacer that knows nothing yet. It goes by what the server says: the limit, how many calls are left
 * and when the window ends, read with the server's clock.
 *
 * Alone, the first half of a window's allowance goes out at once, and the rest is spread over the time that
 * is left, anew with each reply, so that all of it is used. Beside others it takes its part of what is left
 * as its own replies tell, evenly from the window's beginning to its end, and leaves the last calls to those
 * who do not know yet that they are the last; so it does while nothing is heard. Where nothing is known, it
 * begins with a few calls, after a 429 with one, and each reply allows one more at the same time.
 */
export function createPacer({ share, random, timeout = 30_000 }: PacerOptions): Pacer {
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
  /** Calls that may be under way: it grows with each reply. */
  let trust = FIRST_CALLS;
  let wasLimited = false;
  /** Until when a 429 asks for no calls; 0 if none does. */
  let heldUntil = 0;
  /** Calls that are left after that, as the server counts them. */
  let leftThen = 0;
  let credit = 0;
  let creditedAt = 0;
  let wakeAt = 0;
  let openedAt = 0;
  let heardAt = 0;
  /** Since when calls are under way and none has ended. */
  let silentSince = 0;
  let refused = 0;
  /** From when on somebody who comes had nothing to send. A timer that is late, as in a busy process, is no such sign. */
  let idleAt = 0;
  const calls = createOpenCalls();
  const contention = createContention();

  const resetAt = (): number => (serverReset > 0 ? serverReset + (offset.read() ?? 0) : localReset);

  /** Opens the next window once this one is over. */
  function roll(now: number): void {
    const end = resetAt();
    if (now < end) return;
    const later = (Math.floor((now - end) / WINDOW) + 1) * WINDOW;
    if (serverReset > 0) serverReset += later;
    else localReset += later; // From 0 on, these are the windows as Intercom counts them.
    open(limit, now);
    if (!wasLimited) return;
    wasLimited = false;
    // One call asks how the window is, at once.
    trust = 1;
    credit = 1;
  }

  /** Has no calls made until a time, which may be before the window's end or after it. */
  function hold(until: number, left: number): void {
    leftThen = heldUntil > 0 ? Math.min(leftThen, left) : left;
    heldUntil = Math.max(heldUntil, until + Math.ceil(random() * SPREAD_OF_WAKING));
  }

  /** One call asks, whatever else was said: that is what the server has named a time for. */
  function endHold(): void {
    heldUntil = 0;
    remaining = Math.max(remaining, leftThen);
    wasLimited = false;
    trust = inFlightOfWindow + 1;
  }

  function open(left: number, now: number): void {
    remaining = left;
    inFlight -= calls.forget(now - timeout);
    started = inFlight;
    credit = 0;
    creditedAt = now;
    wakeAt = 0;
    openedAt = now;
    heardAt = now;
    refused = 0;
    inFlightOfWindow = 0;
    contention.pause();
  }

  /** Calls of our share that may still be started in this window: one at least, or nothing would ever be sent. */
  const ownLeft = (): number => Math.max(1, Math.floor(limit * share)) - started;

  /** Calls in a millisecond that use our part of the window up. */
  function rateAt(now: number): number {
    const others = contention.others();
    const until = resetAt() - SPARE;
    const left = expectedLeft({ left: remaining, at: heardAt, until, others }, now) - inFlight;
    return Math.max(0, Math.min(partOf(left, others), ownLeft())) / Math.max(1, until - now);
  }

  /** Whether the rest of the window is for others: it holds no more than they may use before they know. */
  function isOver(now: number, rate: number, isFirst: boolean): boolean {
    const left = remaining - inFlight;
    if (Math.min(left, ownLeft()) < 1) return true;
    const others = contention.others();
    if (others === 0) return false;
    return left <= reserveFor(others, rate, contention.latency()) || (!isFirst && now >= resetAt() - SPARE);
  }

  /** Whether nothing has been heard for long, and others may have used up meanwhile what was left. */
  function mayBeUsedUp(now: number): boolean {
    if (now - silentSince <= SLOW * contention.latency()) return false;
    // Each of them is taken to have as many calls under way as we would have with this one.
    return remaining - inFlight <= contention.others() * (inFlight + 1);
  }

  function untilReset(now: number): number {
    if (wakeAt === 0) wakeAt = resetAt() + Math.ceil(random() * SPREAD_OF_WAKING);
    return Math.max(1, Math.ceil(wakeAt - now));
  }

  /** Whether there was nothing to send until now: what others did meanwhile says nothing about shares. */
  function wasIdle(now: number): boolean {
    if (inFlight > 0 || now <= idleAt) return false;
    contention.pause();
    if (now > idleAt + WINDOW) contention.reset();
    return true;
  }

  function start(now: number): number {
    const wait = now < wakeAt && now >= resetAt() ? wakeAt - now : tryToStart(now, wasIdle(now));
    idleAt = now + (wait > 0 ? wait + WINDOW : LATE);
    return wait;
  }

  function tryToStart(now: number, isFirst: boolean): number {
    roll(now);
    if (now < heldUntil) return heldUntil - now;
    if (heldUntil > 0) {
      endHold();
      return go(now);
    }
    // What these calls hear is for all who share the pacer, and they are told by nobody.
    if (inFlightOfWindow >= trust) return Math.min(LOOK, untilReset(now));
    const rate = rateAt(now);
    if (isOver(now, rate, isFirst)) return untilReset(now);
    if (mayBeUsedUp(now)) return LOOK;
    // The first half at once, but no more together than that half holds.
    const free = Math.min(remaining - inFlight, ownLeft()) - limit * share * FREE_PART;
    if (contention.others() > 0 || inFlight >= free) {
      // A late timer is made up for, an idle stretch is not; what comes after one does not wait.
      credit = Math.min(Math.max(1, rate * 50), credit + rate * Math.max(0, now - creditedAt));
      if (isFirst) credit = Math.max(1, credit);
      creditedAt = now;
      if (credit < 1) return Math.min(Math.max(1, Math.ceil((1 - credit) / rate)), untilReset(now));
      credit -= 1;
    }
    return go(now);
  }

  function go(now: number): number {
    if (inFlight === 0) silentSince = now;
    calls.start(now);
    inFlight += 1;
    inFlightOfWindow += 1;
    started += 1;
    return 0;
  }

  /** Takes over what the server says: of this window, of one that is over, or nothing usable. */
  function observe(
    headers: ReadReply["headers"],
    startedAt: number,
    now: number,
  ): "current" | "past" | "nothing" {
    const date = parseHttpDate(headers.get("date"));
    if (date !== undefined) offset.observe(date, startedAt, now);
    const said = leftOf({ headers });
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
    heardAt = now;
    return "current";
  }

  return {
    start,
    end({ startedAt, now, reply, limited }) {
      if (calls.end(startedAt)) inFlight -= 1;
      silentSince = now;
      idleAt = Math.max(idleAt, now + LATE);
      if (startedAt >= openedAt) inFlightOfWindow -= 1;
      const said = reply === undefined ? "nothing" : observe(reply.headers, startedAt, now);
      const askedFor = limited && reply && parseRetryAfter(reply.headers, now);
      // Not what remains here: after the first of several 429s that is nothing, whatever the server has said.
      if (askedFor !== undefined) hold(askedFor, said === "current" ? (leftOf(reply) ?? 0) : 0);
      if (said === "past" || (said === "nothing" && startedAt < openedAt)) return;
      trust += 1;
      if (said === "current")
        contention.observe({
          used: Math.max(0, limit - remaining - (started - refused)),
          limit,
          duration: now - startedAt,
        });
      else remaining -= 1;
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
