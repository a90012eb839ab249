import {
  type AnyEvent,
  type CloseReport,
  closedReceipt,
  type EventCatalog,
  encodeNamedEvent,
  type Receipt,
  type WaitOptions,
} from "@intercom-events/core";
import { atLeast, checkOptions } from "./check-options.ts";
import { createAnnouncer } from "./create-announcer.ts";
import { isPage } from "./page-life.ts";
import { resolveOptions } from "./resolve-options.ts";
import { dropped, type EncodedPageEvent, isTaken } from "./route.ts";
import type { Track, Tracker, TrackerOptions } from "./tracker.ts";

/**
 * Creates a tracker, which takes no access token. Creating one on a server is harmless: there its
 * events end at once as `dropped`, with the reason `not_stored`.
 *
 * @typeParam Catalog the events there may be, with their metadata; any without it
 * @throws {TypeError} when an option is wrong
 * @example
 * const tracker = createTracker({ route: messenger() });
 * tracker.track("invited-friend", { invite_code: "ADDAFRIEND" });
 */
export function createTracker<Catalog extends EventCatalog = AnyEvent>(
  options: TrackerOptions,
): Tracker<Catalog> {
  const settings = resolveOptions(options);
  const { clock, route } = settings;
  const announcer = createAnnouncer();
  const lane = route.open({
    ...settings,
    complain: announcer.complain,
    warn: (event, issue) => announcer.warning({ warnings: [issue], event }),
    // Its own page may have told of it, but must not be the only one to know of a loss.
    ended(event, outcome) {
      if (!isTaken(outcome)) announcer.outcome({ outcome, event });
    },
  });
  const pending = new Set<Receipt>();
  let closing: Promise<CloseReport> | undefined;
  /** Ends each wait for what closing leaves in the outbox. */
  let endWaits!: () => void;
  const closed = new Promise<void>((resolve) => {
    endWaits = resolve;
  });
  let refusal: "closed" | "opted_out" | undefined;

  function track(eventName: unknown, metadata?: unknown): Receipt {
    if (refusal) return follow(closedReceipt(dropped(refusal)));
    const encoded = encodeNamedEvent(eventName, metadata, settings);
    if (!encoded.ok) return follow(closedReceipt({ status: "invalid", issues: encoded.issues }));
    const { event, warnings } = encoded;
    const receipt = follow(
      isPage() ? lane.send(event, clock.now()) : closedReceipt(dropped("not_stored")),
      event,
    );
    // Last, since a listener may opt out or close.
    if (warnings.length > 0) announcer.warning({ warnings, event });
    return receipt;
  }

  function follow(receipt: Receipt, event?: EncodedPageEvent): Receipt {
    pending.add(receipt);
    receipt.then((outcome) => {
      pending.delete(receipt);
      announcer.outcome({ outcome, ...(event && { event }) });
    });
    return receipt;
  }

  /** Waits until the events so far have settled, or the time is up, and answers how many have not. */
  async function settle(timeout?: number): Promise<number> {
    const receipts = [...pending];
    lane.flush();
    await new Promise<unknown>((resolve) => {
      const stop = timeout === undefined ? undefined : clock.after(timeout, resolve as () => void);
      Promise.race([Promise.all(receipts), closed])
        .then(resolve)
        .then(stop);
    });
    return receipts.filter((receipt) => pending.has(receipt)).length;
  }

  async function shutDown(timeout: number): Promise<CloseReport> {
    refusal = "closed";
    if (timeout !== 0) await settle(timeout);
    else lane.flush();
    const dropped = lane.drop("closed");
    endWaits();
    return { pending: lane.size(), dropped };
  }

  return {
    // Its type is for who calls it; what it is given is checked whole.
    track: track as Track<Catalog>,
    async flush(options) {
      return { pending: await settle(readTimeout("flush", options)) };
    },
    async close(options) {
      const timeout = readTimeout("close", options);
      closing ??= shutDown(timeout ?? CLOSE_TIMEOUT);
      return closing;
    },
    optOut() {
      refusal ??= "opted_out";
      lane.drop("opted_out");
    },
    optIn() {
      if (refusal === "opted_out") refusal = undefined;
    },
    on: announcer.on,
  };
}

/** Milliseconds that `close` waits if it is not told otherwise. */
const CLOSE_TIMEOUT = 30_000;

/** @throws {TypeError} when an option is wrong */
function readTimeout(task: string, options: WaitOptions = {}): number | undefined {
  checkOptions(task, options, { timeout: atLeast(0) });
  return options.timeout;
}
