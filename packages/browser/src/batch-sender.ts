import { type FailedVerdict, parseHttpDate } from "@intercom-events/core";
import { MAX_RETRY_AFTER, nextStep, type Step, waitAfter } from "./next-step.ts";
import type { OutgoingEvent } from "./own-event.ts";
import { allowanceLeft, takeAllowance } from "./page-allowance.ts";
import { isOffline } from "./page-life.ts";
import { type Answer, type Reply, readReply } from "./read-reply.ts";
import type { RelayTarget } from "./relay.ts";
import { encodeBatch, MAX_BATCH, MAX_BYTES, sizeOf, TRIAL_BYTES } from "./relay-batch.ts";
import { remarkOnReply } from "./remark-on-reply.ts";
import type { DeliverySettings } from "./route.ts";

/** Sends batches to a relay; {@link createBatchSender}. */
export interface BatchSender {
  /**
   * Sends a batch. Never rejects.
   *
   * @param isLast whether the page goes, so that nothing may be waited for
   * @param isCancelled whether it must not be sent any more, asked once there is an identity
   */
  send(batch: readonly OutgoingEvent[], isLast: boolean, isCancelled: () => boolean): Promise<BatchResult>;
  /** Events to send at once, at most: fewer after a batch that was too large. */
  readonly limit: number;
  /** Bytes they may have together; with the last, what is left of them to requests that outlive the page. */
  room(isLast: boolean): number;
  /** Milliseconds that the relay's clock is ahead of the page's, 0 if that is little. */
  readonly offset: number;
  /** Forgets who the caller was. */
  forgetIdentity(): void;
}

/** What became of a batch. */
interface BatchResult {
  /** What follows for each of its events, in their order. */
  readonly steps: Step[];
  /** Milliseconds to wait before the next batch, as this one failed whole. */
  readonly retryDelay: number;
}

/** What a request came to. */
type Posted = (Reply & { readonly headers: Headers }) | { readonly verdict: FailedVerdict };

/** Characters of an identity, at most (`spec/relay.yaml`). */
const MAX_IDENTITY = 8192;

/** Smaller differences of clocks are left alone, in milliseconds. */
const SMALL_OFFSET = 60_000;

/** A batch sender that knows nothing of its relay yet. */
export function createBatchSender(
  { url, credentials = "same-origin", identity, timeout = 20_000, retry = {} }: RelayTarget,
  { clock, random = Math.random, complain }: Pick<DeliverySettings, "clock" | "random" | "complain">,
): BatchSender {
  const startedAt = clock.now();
  let failures = 0;
  let lastToken: string | undefined;
  const maxRoom = MAX_BYTES - (identity ? MAX_IDENTITY : 0);
  /** Bytes that the network, and the relay, may be expected to take at once. */
  let expected = MAX_BYTES;

  /** Whom the site says the caller is. A page that goes cannot wait for that: what is not said at once is as it was. */
  async function identify(isLast: boolean, late: Promise<never>): Promise<string | undefined> {
    const token = await Promise.race([identity?.(), (isLast && lastToken) || late]);
    // The relay would refuse one that is empty, and with it the batch; it comes once the site knows who it is.
    if (!token || typeof token !== "string") throw new TypeError('"identity" must answer a token');
    return token;
  }

  /**
   * Posts a batch. It is labelled `text/plain`, as every text is: that needs no preflight, and a request that outlives
   * the page cannot make one in every browser.
   */
  async function post(
    batch: readonly OutgoingEvent[],
    isLast: boolean,
    isCancelled: () => boolean,
  ): Promise<Posted> {
    const abort = new AbortController();
    const { signal } = abort;
    const stop = clock.after(timeout, () => abort.abort());
    // Firefox never settles what was under way as the page went to the back/forward cache, aborted or not.
    const late = new Promise<never>((_, reject) => {
      signal.onabort = reject;
    });
    let release: (() => void) | undefined;
    function reserve(body: string): void {
      release?.();
      release = takeAllowance(sizeOf(body));
      for (const event of batch) event.survives = !!release;
    }
    try {
      // Before anything is awaited, so that the batches of a page that goes leave each other room.
      if (isLast) reserve(encodeBatch(batch, clock.now(), lastToken));
      // Without an identity nothing is awaited: a page that goes may have no later moment.
      const token = identity && (await identify(isLast, late));
      if (isCancelled()) throw new Error("its events were cancelled");
      lastToken = token;
      const body = encodeBatch(batch, clock.now(), token);
      // After a failure the browser itself may be what refuses, as other scripts have used up its allowance.
      if (isLast || failures === 0) reserve(body);
      const exchange = fetch(url, {
        method: "POST",
        body,
        credentials,
        keepalive: !!release,
        signal,
      }).then(async (reply) => ({ status: reply.status, headers: reply.headers, text: await reply.text() }));
      return await Promise.race([exchange, late]);
    } catch (cause) {
      return { verdict: signal.aborted ? { kind: "timeout" } : { kind: "unreachable", cause } };
    } finally {
      stop();
      release?.();
    }
  }

  const sender = {
    limit: MAX_BATCH,
    room(isLast: boolean) {
      return Math.min(maxRoom, isLast ? allowanceLeft() - sizeOf(lastToken ?? "") : expected);
    },
    offset: 0,
    async send(
      batch: readonly OutgoingEvent[],
      isLast: boolean,
      isCancelled: () => boolean,
    ): Promise<BatchResult> {
      const sentAt = clock.now();
      const posted = await post(batch, isLast, isCancelled);
      const now = clock.now();
      let answer: Answer | Answer[];
      let askedFor = 0;
      if ("verdict" in posted) answer = posted;
      else {
        const { status, headers } = posted;
        answer = readReply(posted, batch.length);
        remarkOnReply(posted, answer, url, complain);
        // Any other may be of a cache, and its time long over.
        const date = Array.isArray(answer) && parseHttpDate(headers.get("date"));
        if (date) sender.offset = offsetOf(date, Math.min(sentAt, now), now);
        if (status === 413) sender.limit = Math.max(1, batch.length >> 1);
        else if (status === 200) sender.limit = Math.min(MAX_BATCH, sender.limit * 2);
        // In seconds, as a relay says it (`spec/relay.yaml`).
        const wait = Number(headers.get("retry-after")) * 1000;
        if (wait <= MAX_RETRY_AFTER) askedFor = now + wait;
      }
      const moment = {
        now,
        startedAt,
        random: random(),
        askedFor,
        isExcused: isLast || (answer === posted && isOffline()),
        isOldIdentity: isLast && !!identity,
      };
      const steps = batch.map(({ record }, index) =>
        nextStep(record, Array.isArray(answer) ? (answer[index] as Answer) : answer, retry, moment),
      );
      // Where one answer goes for all events, and it was not about them, the way is closed.
      failures = "verdict" in answer && steps.some(({ outcome }) => !outcome) ? failures + 1 : 0;
      // What failed may have been too much; as a slow network stays slow, more is tried step by step.
      expected = failures ? TRIAL_BYTES : expected * 2;
      const retryDelay = failures && Math.max(askedFor - now, waitAfter(failures - 1, retry, moment.random));
      return { steps, retryDelay };
    },
    forgetIdentity() {
      lastToken = undefined;
    },
  };
  return sender;
}

/** How far a clock is behind one that said `date` between two moments of its own; a reply may be read long after. */
function offsetOf(date: number, earliest: number, latest: number): number {
  const [least, most] = [date - latest, date - earliest];
  if (least > SMALL_OFFSET) return least;
  return most < -SMALL_OFFSET ? most : 0;
}
