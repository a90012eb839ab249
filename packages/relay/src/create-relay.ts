import type { RelayReply, RelayResult } from "@intercom-events/core";
import { type CheckedEvent, checkEvent } from "./check-event.ts";
import { clockSkew } from "./clock-skew.ts";
import { handOver } from "./hand-over.ts";
import { judgeOrigin } from "./judge-origin.ts";
import { type NamedContact, nameContact } from "./name-contact.ts";
import { type Batch, parseBatch } from "./parse-batch.ts";
import { createRateLimiter } from "./rate-limiter.ts";
import { readBody } from "./read-body.ts";
import { isRefusal, type Refusal, refuse } from "./refusal.ts";
import type { RelayOptions } from "./relay-options.ts";
import { type ReplyTo, replyRefusing, replyToPreflight, replyWith } from "./replies.ts";
import { createErrorReporter, ERROR_REPORTER, type ErrorReporter } from "./report-error.ts";
import { resolveRelayOptions } from "./resolve-relay-options.ts";
import { RETRY } from "./result-of.ts";
import { withTimeout } from "./with-timeout.ts";

/** An endpoint for the events of pages, to be mounted where the pages send them. */
export interface Relay<Context = unknown> {
  /**
   * Answers one request; never throws, never rejects.
   *
   * @param context whatever should reach `identify` besides the request
   */
  fetch(request: Request, context?: Context): Promise<Response>;
}

/**
 * Makes the endpoint that takes the events of pages and hands them to a server client. Nothing in a request
 * names a contact: `identify` does.
 *
 * @typeParam Context what the server hands to `fetch` besides the request
 * @throws {TypeError} naming the option that is wrong and what was expected
 * @example
 * const relay = createRelay({
 *   client: createClient({ token: process.env.INTERCOM_ACCESS_TOKEN! }),
 *   identify: async (request) => {
 *     const session = await readSession(request.headers.get("cookie"));
 *     return session && { userId: session.userId };
 *   },
 *   events: ["placed-order", "viewed-pricing"],
 * });
 * export const POST = (request: Request) => relay.fetch(request);
 */
export function createRelay<Context = unknown>(options: RelayOptions<Context>): Relay<Context> {
  const policy = resolveRelayOptions(options);
  const { clock, identify, identifyTimeout, maxEvents, rate } = policy;
  const report = createErrorReporter(policy.onError);
  const limiter = rate && createRateLimiter(rate);
  let hasToldOfSite = false;

  /** Once, as anybody can cause it. */
  function tellOfSite(): void {
    if (hasToldOfSite) return;
    hasToldOfSite = true;
    report(
      new Error(
        'A page of the same site was refused: its origin is not the address of the relay, so list it in "origins"',
      ),
      "request",
    );
  }

  async function take(request: Request, context: Context | undefined): Promise<RelayReply | Refusal> {
    const receivedAt = clock.now();
    const body = await readBody(request, policy);
    if (isRefusal(body)) return body;
    const batch = parseBatch(body.text, maxEvents);
    if (isRefusal(batch)) return batch;
    const caller = await whoIs(request, batch, context);
    if (isRefusal(caller)) return caller;
    const wait = limiter?.take(caller.key, batch.events.length, clock.now()) ?? 0;
    if (wait > 0) return { ...refuse("rate_limited"), wait };
    const skew = clockSkew(batch.sentAt, receivedAt);
    const checked = await Promise.all(batch.events.map((event) => check(event, skew)));
    return { results: await handOver(caller.contact, checked, policy) };
  }

  async function whoIs(
    request: Request,
    { identity }: Batch,
    context: Context | undefined,
  ): Promise<NamedContact | Refusal> {
    try {
      const caller = identity === undefined ? { context } : { identity, context };
      const bound = { name: '"identify"', milliseconds: identifyTimeout, clock };
      const answer = await withTimeout(() => identify(request, caller), bound);
      return nameContact(answer) ?? refuse("unauthorized");
    } catch (error) {
      report(error, "identify");
      return refuse("unavailable");
    }
  }

  /** A schema that throws, or takes too long, says nothing about the event, which may come again. */
  async function check(event: unknown, skew: number): Promise<CheckedEvent | RelayResult> {
    try {
      return await checkEvent(event, skew, policy);
    } catch (error) {
      report(error, "events");
      return RETRY;
    }
  }

  async function answer(request: Request, context: Context | undefined, to: ReplyTo): Promise<Response> {
    try {
      const taken = await take(request, context);
      return isRefusal(taken) ? replyRefusing(taken, to) : replyWith(taken, to);
    } catch (error) {
      report(error, "request");
      return replyRefusing(refuse("unavailable"), to);
    }
  }

  const relay: Relay<Context> & { readonly [ERROR_REPORTER]: ErrorReporter } = {
    [ERROR_REPORTER]: report,
    async fetch(request, context) {
      if (typeof request?.headers?.get !== "function") {
        report(
          new TypeError("It is no request of the web; toNodeHandler makes one of those of node:http"),
          "request",
        );
        return replyRefusing(refuse("unavailable"), { now: clock.now(), crossOrigin: undefined });
      }
      const { isAllowed, crossOrigin, isSameSite } = judgeOrigin(request, policy);
      const to = { now: clock.now(), crossOrigin };
      if (request.method !== "POST" && request.method !== "OPTIONS") {
        return replyRefusing(refuse("method_not_allowed"), to);
      }
      if (!isAllowed) {
        if (isSameSite) tellOfSite();
        return replyRefusing(refuse("forbidden"), to);
      }
      return request.method === "OPTIONS" ? replyToPreflight(to) : answer(request, context, to);
    },
  };
  return relay;
}
