import {
  backoff,
  type Clock,
  type OutboxRecord,
  parseHttpDate,
  parseRetryAfter,
} from "@intercom-events/core";
import { nextStep, type PageRetryPolicy, type Step } from "./next-step.ts";
import { allowanceLeft } from "./page-allowance.ts";
import { isOffline } from "./page-life.ts";
import { canOutlive, type Posted, post, type Target, type Urgency } from "./post.ts";
import { type Answer, readReply } from "./read-reply.ts";
import { encodeBatch, MAX_BATCH, MAX_BYTES, sizeOf } from "./relay-batch.ts";

/** What a courier goes by. */
export interface CourierOptions extends Target {
  readonly retry: PageRetryPolicy;
  readonly identity?: () => string | Promise<string>;
}

/** Brings batches to a relay; {@link createCourier}. */
export interface Courier {
  /**
   * Sends a batch. Never rejects.
   *
   * @param isGivenUp whether it must not be sent any more, asked once there is an identity
   */
  send(batch: readonly OutboxRecord[], urgency: Urgency, isGivenUp: () => boolean): Promise<Delivery>;
  /** Events to send at once, at most: fewer after a batch that was too large. */
  limit(): number;
  /** Bytes they may have together. */
  readonly room: number;
  /** How to send a batch so that it outlives the page, if that can be had. */
  urgencyOf(batch: readonly OutboxRecord[]): Urgency;
  /** Milliseconds that the relay's clock is ahead of the page's, 0 if that is little. */
  offset(): number;
}

/** How a batch fared. */
interface Delivery {
  /** What follows for each of its events, in their order. */
  readonly steps: readonly Step[];
  /** Milliseconds to wait before the next batch, as this one failed whole. */
  readonly rest: number;
}

/** Characters of an identity, at most (`spec/relay.yaml`). */
const MAX_IDENTITY = 8192;

/** Smaller differences of clocks are left alone, in milliseconds. */
const SMALL_OFFSET = 60_000;

/** A courier that knows nothing of its relay yet. */
export function createCourier(options: CourierOptions, clock: Clock, random: () => number): Courier {
  const { retry, identity } = options;
  let limit = MAX_BATCH;
  let failures = 0;
  let offset = 0;
  let lastToken: string | undefined;

  /** Whom the site says the caller is, if it says so. A page that goes cannot wait for it. */
  async function identify(ask: NonNullable<typeof identity>, urgency: Urgency): Promise<string> {
    const asked = ask();
    const token = await new Promise<string>((resolve, reject) => {
      if (urgency === "depart" && typeof asked !== "string" && lastToken) resolve(lastToken);
      const stop = clock.after(options.timeout, () => reject(new Error('"identity" took too long')));
      Promise.resolve(asked).then(resolve, reject).then(stop);
    });
    if (typeof token !== "string")
      throw new TypeError(`"identity" must answer a string, got ${typeof token}`);
    lastToken = token;
    return token;
  }

  async function exchange(
    batch: readonly OutboxRecord[],
    urgency: Urgency,
    isGivenUp: () => boolean,
  ): Promise<Posted> {
    try {
      // Without an identity nothing is awaited: a page that goes may have no later moment.
      const body = encodeBatch(batch, identity && (await identify(identity, urgency)));
      if (isGivenUp()) throw new Error("its events were given up");
      return await post(options, body, urgency, clock);
    } catch (cause) {
      return { verdict: { kind: "unreachable", cause } };
    }
  }

  /** Learns from a reply what concerns the batches to come. */
  function learn({ headers, status }: Extract<Posted, { text: string }>, count: number, now: number): void {
    const date = parseHttpDate(headers.get("date"));
    if (date !== undefined) offset = Math.abs(date - now) > SMALL_OFFSET ? date - now : 0;
    if (status === 413) limit = Math.max(1, count >> 1);
    else if (status === 200) limit = Math.min(MAX_BATCH, limit * 2);
  }

  return {
    async send(batch, urgency, isGivenUp) {
      const posted = await exchange(batch, urgency, isGivenUp);
      const now = clock.now();
      const reply = "text" in posted ? posted : undefined;
      if (reply) learn(reply, batch.length, now);
      const answer = "text" in posted ? readReply(posted, batch.length) : posted;
      const askedFor = reply && parseRetryAfter(reply.headers, now);
      const moment = { now, random: random(), askedFor, isOffline: !reply && isOffline() };
      const steps = batch.map((record, index) =>
        nextStep(record, Array.isArray(answer) ? (answer[index] as Answer) : answer, retry, moment),
      );
      // Where one answer goes for all events, and it was not about them, the way is closed.
      failures = "verdict" in answer && steps.some(({ record }) => record) ? failures + 1 : 0;
      const rest = failures && Math.max((askedFor ?? now) - now, backoff(failures - 1, retry, moment.random));
      return { steps, rest };
    },
    limit: () => limit,
    room: MAX_BYTES - (identity ? MAX_IDENTITY : 0),
    urgencyOf(batch) {
      // After a failure the browser itself may be what refuses, as other scripts have used up its allowance.
      // What waits for an identity has not left yet.
      const isSure =
        !identity && failures === 0 && canOutlive() && sizeOf(encodeBatch(batch)) <= allowanceLeft();
      return isSure ? "survive" : "plain";
    },
    offset: () => offset,
  };
}
