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
  readonly identity: (() => string | Promise<string>) | undefined;
}

/** Brings batches to a relay; {@link createCourier}. */
export interface Courier {
  /** Sends a batch. Never rejects. */
  send(batch: readonly OutboxRecord[], urgency: Urgency): Promise<Delivery>;
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

  /** Whom the site says the caller is. A page that goes cannot wait for it. */
  async function identify(urgency: Urgency): Promise<string | undefined> {
    if (!identity) return undefined;
    const asked = identity();
    const token =
      urgency === "depart" && typeof asked !== "string" ? (lastToken ?? (await asked)) : await asked;
    if (typeof token !== "string")
      throw new TypeError(`"identity" must answer a string, got ${typeof token}`);
    lastToken = token;
    return token;
  }

  async function exchange(batch: readonly OutboxRecord[], urgency: Urgency): Promise<Posted> {
    try {
      // Without an identity nothing is awaited: a page that goes may have no later moment.
      const body = encodeBatch(batch, identity && (await identify(urgency)));
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
    async send(batch, urgency) {
      const posted = await exchange(batch, urgency);
      const now = clock.now();
      const isRead = "text" in posted;
      if (isRead) learn(posted, batch.length, now);
      const answer = isRead ? readReply(posted, batch.length) : posted;
      const askedFor = isRead ? parseRetryAfter(posted.headers, now) : undefined;
      const moment = { now, random: random(), askedFor, isOffline: !isRead && isOffline() };
      const steps = batch.map((record, index) =>
        nextStep(record, Array.isArray(answer) ? (answer[index] as Answer) : answer, retry, moment),
      );
      // Where one answer goes for all events, and it was not about them, the way is closed.
      const isClosed = "verdict" in answer && steps.some(({ record }) => record);
      failures = isClosed ? failures + 1 : 0;
      const rest = isClosed
        ? Math.max((askedFor ?? now) - now, backoff(failures - 1, retry, moment.random))
        : 0;
      return { steps, rest };
    },
    limit: () => limit,
    room: MAX_BYTES - (identity ? MAX_IDENTITY : 0),
    urgencyOf(batch) {
      // After a failure the browser itself may be what refuses, as other scripts have used up its allowance.
      const isSure = failures === 0 && canOutlive() && sizeOf(encodeBatch(batch)) <= allowanceLeft();
      return isSure ? "survive" : "plain";
    },
    offset: () => offset,
  };
}
