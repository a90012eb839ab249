import { type Attempt, startAttempt } from "./attempt.ts";
import { createApi } from "./call-api.ts";
import type { Cancellation } from "./cancellation.ts";
import type { AnyEvent, GivenCatalog } from "./catalog.ts";
import { classifyResponse, readRequestId } from "./classify-response.ts";
import type { Client, CloseReport, WaitOptions } from "./client.ts";
import type { CoreClientOptions } from "./client-options.ts";
import { MAX_DELAY } from "./clock.ts";
import { createContactTracker } from "./contact-tracker.ts";
import { messageOf } from "./describe.ts";
import { createEventQueue } from "./event-queue.ts";
import { IntercomError } from "./intercom-error.ts";
import { createNotifier } from "./notifier.ts";
import { createReader } from "./read-events.ts";
import { type ClientPolicy, resolveOptions } from "./resolve-options.ts";
import { type SharedPacer, sharePacer } from "./shared-pacers.ts";
import { createTokenSource } from "./token-source.ts";
import type { ReadReply } from "./transport.ts";
import { waitLimit } from "./wait-limit.ts";
import { causeWithoutToken, textWithoutToken, withoutToken } from "./without-token.ts";

/** Milliseconds `close` waits unless it is told otherwise. */
const CLOSE_TIMEOUT = 30_000;

/**
 * Makes a client over a {@link Transport}. Programs use the `createClient` of their runtime's
 * package; this one is for runtimes that have none.
 *
 * @typeParam Catalog the events there may be, with their metadata; any without it
 * @throws {TypeError} naming the option that is wrong and what was expected
 * @example
 * const client = createClient({
 *   token,
 *   transport: (request) => fetch(request.url, { ...request, redirect: "manual" }),
 *   warn: console.warn,
 * });
 * client.track({ userId: "314159", eventName: "logged-in" });
 */
export function createClient<Catalog extends GivenCatalog = AnyEvent>(
  options: CoreClientOptions,
): Client<Catalog> {
  const policy = resolveOptions(options);
  const { clock } = policy;
  const api = createApi(policy);
  const notifier = createNotifier(policy.warn, policy.channel);
  // A mistake, more often than an outage, and events would be sent again for long before one is lost.
  const tokens = createTokenSource(policy.token, clock, (error) =>
    notifier.warnOnce("token", messageOf(error)),
  );
  const { pacer, release } = pacerOf(policy);
  let endWatch = (): void => undefined;
  let closing: Promise<CloseReport> | undefined;
  let isReleased = false;

  const queue = createEventQueue({
    policy,
    pacer,
    notifier,
    start: (body) => attempt((token, cancellation) => api.createEvent(body, { token, cancellation })),
    pausing() {
      endWatch = tokens.watch(resume);
    },
  });

  const reader = createReader(api, async (action, call) => {
    const startedAt = await waitForTurn();
    const { verdict, reply } = await attempt((token, cancellation) => call({ token, cancellation })).result;
    const limited = verdict.kind === "rate_limited" ? verdict : undefined;
    pacer.end({ startedAt, now: clock.now(), reply, limited });
    if (verdict.kind !== "accepted") throw new IntercomError(action, verdict);
    return reply as NonNullable<typeof reply>; // Only a reply is accepted.
  });

  /** Reads draw on the allowance as well. Resolves to when that was. */
  async function waitForTurn(): Promise<number> {
    const letGo = clock.keepAlive?.();
    let now = clock.now();
    for (let wait = pacer.start(now); wait > 0; wait = pacer.start(now)) {
      await new Promise<void>((resolve) => {
        clock.after(wait, resolve);
      });
      now = clock.now();
    }
    letGo?.();
    return now;
  }

  function attempt(call: (token: string, cancellation: Cancellation) => ReturnType<typeof api.createEvent>) {
    let used = "";
    function start(cancellation: Cancellation): Promise<ReadReply> {
      // The transport would open anew what it has closed, and nobody would close it again.
      if (isReleased) return Promise.reject(new Error("the client is closed"));
      return tokens.use((token) => {
        used = token;
        return call(token, cancellation);
      }, cancellation);
    }
    function judge(reply: ReadReply): Attempt {
      const verdict = withoutToken(classifyResponse(reply, clock.now()), used);
      const requestId = readRequestId(reply);
      return { verdict, reply, requestId: requestId && textWithoutToken(requestId, used) };
    }
    const redact = (cause: unknown): unknown => causeWithoutToken(cause, used);
    const opened = startAttempt(start, { timeout: policy.timeout, clock, judge, redact });
    if (typeof policy.token === "function") {
      // Before the delivery hears of it, which then asks for another one than that.
      opened.result.then(({ verdict: { kind } }) => {
        if (kind === "unauthorized" || kind === "forbidden") tokens.refuse(used);
      });
    }
    return opened;
  }

  function resume(): void {
    endWatch();
    if (!queue.stats().isPaused) return;
    queue.resume();
    notifier.resumed();
  }

  /** Waits, and keeps the process alive meanwhile. Without a limit it must not do so in vain. */
  async function settleWithin(timeout: number): Promise<void> {
    if (timeout === 0) return;
    const letGo = timeout === Number.POSITIVE_INFINITY ? queue.attend() : clock.keepAlive?.();
    let cancel = (): void => undefined;
    const timer = new Promise<void>((resolve) => {
      if (timeout === Number.POSITIVE_INFINITY) return;
      cancel = clock.after(Math.min(timeout, MAX_DELAY), () => {
        notifier.gaveUp();
        resolve();
      });
    });
    await Promise.race([queue.idle(timer), timer]);
    cancel();
    letGo?.();
  }

  async function closeWithin(timeout: number): Promise<CloseReport> {
    await settleWithin(timeout);
    endWatch();
    const letGo = clock.keepAlive?.();
    const dropped = await queue.stop();
    release();
    isReleased = true;
    try {
      await policy.release();
    } catch (error) {
      notifier.warnOnce("release", `The transport could not be ended: ${messageOf(error)}`); // The report is worth more.
    }
    letGo?.();
    return { ...queue.left(), dropped };
  }

  async function close(options?: WaitOptions): Promise<CloseReport> {
    if (closing) return closing;
    const timeout = waitLimit(options) ?? CLOSE_TIMEOUT;
    queue.seal();
    closing = closeWithin(timeout);
    return closing;
  }

  const client = {
    track: queue.track,
    contact: (contact: object) => createContactTracker(queue, contact),
    ...reader,
    async flush(options?: WaitOptions) {
      await settleWithin(waitLimit(options) ?? Number.POSITIVE_INFINITY);
      return queue.left();
    },
    close,
    resume,
    on: notifier.on,
    stats: queue.stats,
    [Symbol.asyncDispose]: async () => void (await close()),
  };
  // The catalogue only narrows what the compiler lets through.
  return client as unknown as Client<Catalog>;
}

/** The pacer of the token; a token that changes has one of its own. */
function pacerOf({ token, baseUrl, share, clock, random, timeout }: ClientPolicy): SharedPacer {
  const key = typeof token === "string" ? `${baseUrl} ${token}` : Symbol("function");
  return sharePacer(key, clock, { share, random, timeout });
}
