import { startAttempt } from "./attempt.ts";
import { createApi } from "./call-api.ts";
import type {
  Client,
  CloseReport,
  ContactTracker,
  FlushReport,
  TrackOptions,
  WaitOptions,
} from "./client.ts";
import { createDelivery, type PendingEvent } from "./delivery.ts";
import { describe, kindOf, messageOf } from "./describe.ts";
import { encodeEvent } from "./encode-event.ts";
import type { AnyEvent } from "./event.ts";
import { IntercomError } from "./intercom-error.ts";
import type { Outcome, Receipt } from "./outcome.ts";
import { createReader } from "./read-events.ts";
import { closedReceipt, openReceipt } from "./receipt.ts";
import { type CoreClientOptions, MAX_TIMEOUT, resolveOptions } from "./resolve-options.ts";
import { createTally } from "./stats.ts";
import { resolveToken } from "./token.ts";
import { createVoice } from "./voice.ts";

/**
 * Makes a client over a {@link Transport}. Programs use the `createClient` of their runtime's
 * package; this one is for runtimes that have none.
 *
 * @typeParam Catalog the events there may be, with their metadata; any without it
 * @throws {TypeError} naming the option that is wrong and what was expected
 * @example
 * const client = createClient({ token, transport: (request) => fetch(request.url, { ...request, redirect: "manual" }) });
 * client.track({ userId: "314159", eventName: "logged-in" });
 */
export function createClient<Catalog extends object = AnyEvent>(options: CoreClientOptions): Client<Catalog> {
  const policy = resolveOptions(options);
  const { clock } = policy;
  const api = createApi(policy);
  const tally = createTally();
  const voice = createVoice(policy.warn);
  let closing: Promise<CloseReport> | undefined;

  const delivery = createDelivery({
    concurrency: policy.concurrency,
    start: ({ body }) => attempt((token, signal) => api.createEvent(body, { token, signal })),
    end,
  });

  const reader = createReader(api, async (action, call) => {
    const { verdict, reply } = await attempt((token, signal) => call({ token, signal })).result;
    if (verdict.kind !== "accepted") throw new IntercomError(action, verdict);
    return reply as NonNullable<typeof reply>; // Only a reply is accepted.
  });

  function attempt(call: (token: string, signal: AbortSignal) => ReturnType<typeof api.createEvent>) {
    const { token } = policy;
    const start = (signal: AbortSignal) =>
      typeof token === "string"
        ? call(token, signal)
        : resolveToken(token).then((current) => {
            signal.throwIfAborted(); // The call is over; what is sent now would be sent in secret.
            return call(current, signal);
          });
    return startAttempt(start, policy.timeout, clock);
  }

  function report(outcome: Outcome, body?: string): void {
    tally.end(outcome);
    voice.outcome(outcome, body);
  }

  function end(event: PendingEvent, outcome: Outcome): void {
    event.settle(outcome);
    report(outcome, event.body);
  }

  function refuse(outcome: Outcome, body?: string): Receipt {
    report(outcome, body);
    return closedReceipt(outcome);
  }

  function track(event: unknown): Receipt {
    const trackedAt = clock.now();
    const encoded = encodeEvent(event, trackedAt, policy);
    tally.track(); // Not before a getter of the event, which may look at the counts.
    if (!encoded.ok) return refuse({ status: "invalid", issues: encoded.issues });
    const { value, warnings } = encoded;
    const body = JSON.stringify(value);
    if (closing) return refuse({ status: "dropped", reason: "closed" }, body);
    if (delivery.size() >= policy.maxEvents) return refuse({ status: "dropped", reason: "queue_full" }, body);
    const { receipt, settle } = openReceipt();
    delivery.add({ body, trackedAt, receipt, settle });
    if (warnings.length > 0) voice.warning(warnings, body);
    return receipt;
  }

  async function flush(options?: WaitOptions): Promise<FlushReport> {
    await settleWithin(limitOf(options));
    return { pending: delivery.size() };
  }

  async function settleWithin(timeout: number | undefined): Promise<void> {
    const work = Promise.all(delivery.pending().map(({ receipt }) => receipt));
    if (timeout === undefined) return void (await work);
    let cancel = (): void => undefined;
    const timer = new Promise<void>((resolve) => {
      cancel = clock.after(timeout, resolve);
    });
    await Promise.race([work, timer]);
    cancel();
  }

  async function closeWithin(timeout: number | undefined): Promise<CloseReport> {
    await settleWithin(timeout);
    const dropped = delivery.stop({ status: "dropped", reason: "closed" });
    try {
      await policy.release();
    } catch (error) {
      voice.once("release", `The transport could not be ended: ${messageOf(error)}`); // The report is worth more.
    }
    return { pending: delivery.size(), dropped };
  }

  async function close(options?: WaitOptions): Promise<CloseReport> {
    closing ??= closeWithin(limitOf(options));
    return closing;
  }

  const client = {
    track,
    contact: (contact: object): ContactTracker<AnyEvent> => ({
      track: (eventName: string, metadata?: object, options?: TrackOptions) => {
        if (kindOf(contact) !== "Object") return track(contact); // A long text would be copied letter by letter.
        try {
          return track({ ...contact, eventName, createdAt: options?.createdAt, metadata });
        } catch {
          return track(contact); // It cannot be copied; the issues say why.
        }
      },
    }),
    ...reader,
    flush,
    close,
    on: voice.on,
    stats: () => {
      const [oldest] = delivery.pending();
      return {
        ...tally.read(),
        pending: delivery.size(),
        inFlight: delivery.inFlight(),
        // A clock that is corrected goes back.
        ...(oldest && { oldestAge: Math.max(0, clock.now() - oldest.trackedAt) }),
      };
    },
    [Symbol.asyncDispose]: async () => void (await close()),
  };
  // The catalogue only narrows what the compiler lets through.
  return client as unknown as Client<Catalog>;
}

/** The limit of a wait, if there is one. @throws {TypeError} for what is no length of time */
function limitOf({ timeout }: WaitOptions = {}): number | undefined {
  if (timeout === undefined) return undefined;
  if (typeof timeout === "number" && timeout >= 0) return Math.min(timeout, MAX_TIMEOUT);
  throw new TypeError(`Cannot wait: "timeout" must be milliseconds, got ${describe(timeout)}`);
}
