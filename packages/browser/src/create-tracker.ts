import {
  type AnyEvent,
  type CloseReport,
  encodeNamedEvent,
  type GivenCatalog,
  isDelivered,
  type Outcome,
  type Receipt,
  systemClock,
} from "@intercom-events/core";
import { announceRemarks } from "./announce-remarks.ts";
import { checkTrackerOptions, checkWaitOptions } from "./check-options.ts";
import { createAnnouncer } from "./create-announcer.ts";
import { FIXED } from "./own-event.ts";
import { isPage, onceShown } from "./page-life.ts";
import { dropped, type EncodedPageEvent, type PageEvent } from "./route.ts";
import type { Track, Tracker, TrackerOptions } from "./tracker.ts";

/**
 * Creates a tracker, which takes no access token. Creating one on a server is harmless: there its
 * events end at once as `dropped`, with the reason `not_stored`.
 *
 * @typeParam Catalog the events there may be, with their metadata; any without it
 * @throws {TypeError} when an option is wrong; only in the build for development, as published pages check none
 * @example
 * const tracker = createTracker({ route: messenger() });
 * tracker.track("invited-friend", { invite_code: "ADDAFRIEND" });
 */
export function createTracker<Catalog extends GivenCatalog = AnyEvent>(
  options: TrackerOptions,
): Tracker<Catalog> {
  checkTrackerOptions(options);
  const { clock = systemClock, queue = {} } = options;
  const { maxEvents = 1000, maxBytes = 1_048_576, policy } = queue;
  const announcer = createAnnouncer();
  const events = new Set<PageEvent>();
  let bytes = 0;
  let refusal: "closed" | "opted_out" | undefined;
  let closing: Promise<CloseReport> | undefined;
  /** Ends each wait there is; nothing is waited for once it is closed. */
  let waits: Set<() => void> | undefined = new Set();
  const delivery = options.route.open({ ...options, ...announcer, clock, events });

  function track(eventName: unknown, metadata?: unknown): Receipt {
    if (refusal) return create().end(dropped(refusal));
    const encoded = encodeNamedEvent(eventName, metadata, options);
    if (!encoded.ok) return create().end({ status: "invalid", issues: encoded.issues });
    const { event, warnings } = encoded;
    const size = JSON.stringify(event).length;
    const tracked = create(event, size);
    if (!isPage()) tracked.end(dropped("not_stored"));
    else if (!hasRoom(size)) tracked.end(dropped("queue_full"));
    else {
      events.add(tracked);
      bytes += size;
      onceShown(() => delivery.send(tracked));
    }
    // Last, since a listener may opt out or close.
    announceRemarks(warnings, event, announcer.announce);
    return tracked.receipt;
  }

  function create(event?: EncodedPageEvent, size = 0): PageEvent {
    let keep!: PageEvent["keep"];
    let settle!: (outcome: Outcome) => void;
    // Promise.withResolvers is younger than some of the browsers that load this.
    const stored = new Promise<boolean>((resolve) => {
      keep = resolve;
    });
    const settled = new Promise<Outcome>((resolve) => {
      settle = resolve;
    });
    settled.then((outcome) => announcer.ended(outcome, event));
    const created: PageEvent = {
      event: event as EncodedPageEvent, // Nobody is given one without.
      trackedAt: clock.now(),
      receipt: Object.assign(settled, { stored }),
      keep,
      end(outcome) {
        if (events.delete(created)) bytes -= size;
        created.isOver = true;
        keep(isDelivered(outcome));
        settle(outcome);
        return created.receipt;
      },
    };
    return created;
  }

  /** Whether another event may wait, where need be in the place of the oldest. */
  function hasRoom(size: number): boolean {
    const isFull = () => events.size >= maxEvents || bytes + size > maxBytes;
    if (isFull()) delivery.flush();
    // What is too large for any queue drops none.
    if (policy === "drop_oldest" && size <= maxBytes) {
      for (const oldest of events) {
        if (!isFull()) break;
        if (oldest.isBusy) continue;
        oldest.end(dropped("queue_full"));
        delivery.evict(oldest);
      }
    }
    return !isFull();
  }

  /** Waits until the events so far have ended, or the time is up, and returns how many have not. */
  async function settle(timeout?: number): Promise<number> {
    const waiting = [...events];
    delivery.flush();
    let end!: () => void;
    const ended = new Promise<void>((resolve) => {
      end = resolve;
    });
    if (waits) waits.add(end);
    else end();
    const stop = timeout === undefined ? undefined : clock.after(timeout, end);
    await Promise.race([Promise.all(waiting.map(({ receipt }) => receipt)), ended]);
    stop?.();
    waits?.delete(end);
    return waiting.filter(({ isOver }) => !isOver).length;
  }

  /** Ends what shall not or cannot outlive this, and returns how many events that were. */
  function drop(reason: "closed" | "opted_out"): number {
    const before = events.size;
    for (const event of events) {
      const { isOver, place = 0 } = event;
      if (!isOver && (place < FIXED || reason === "opted_out")) event.end(dropped(reason));
    }
    delivery.dropAll(reason);
    return before - events.size;
  }

  async function shutDown(timeout: number): Promise<CloseReport> {
    refusal = "closed";
    if (timeout !== 0) await settle(timeout);
    else delivery.flush();
    const dropped = drop("closed");
    for (const end of waits ?? []) end();
    waits = undefined;
    return { pending: events.size, dropped };
  }

  return {
    // Its type is for who calls it; what it is given is checked whole.
    track: track as Track<Catalog>,
    async flush(options = {}) {
      checkWaitOptions("flush", options);
      return { pending: await settle(options.timeout) };
    },
    async close(options = {}) {
      checkWaitOptions("close", options);
      const { timeout = 30_000 } = options;
      closing ??= shutDown(timeout);
      return closing;
    },
    optOut() {
      refusal ??= "opted_out";
      drop("opted_out");
    },
    optIn() {
      if (refusal === "opted_out") refusal = undefined;
    },
    on: announcer.on,
  };
}
