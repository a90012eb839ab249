import type { Outcome } from "@intercom-events/core";
import { checkMessengerOptions, checkNoOutbox } from "./check-options.ts";
import { watchPage } from "./page-life.ts";
import {
  type Delivery,
  type DeliverySettings,
  dropped,
  type EncodedPageEvent,
  type PageEvent,
  type Route,
} from "./route.ts";

/** Options of {@link messenger}. */
export interface MessengerOptions {
  /**
   * Milliseconds an event waits for the Messenger to be loaded and booted. After that it is dropped
   * as `expired`: the Messenger is blocked, or the page never boots it.
   * @default 30_000
   */
  readonly timeout?: number | undefined;
  /**
   * Says whether the Messenger in `window.Intercom` takes events now, for pages that know better, for
   * instance because they boot it themselves. As long as there is none it is not asked.
   * @default whether `window.Intercom.booted` is `true`
   */
  readonly isBooted?: (() => boolean) | undefined;
  /**
   * The way of an event that has waited in vain, or whose page goes before: `relay({ … })`. It takes that
   * way once, and stays the event of the second it was tracked in.
   */
  readonly fallback?: Route | undefined;
}

/** Milliseconds from one look at a Messenger that takes nothing to the next: the shortest wait that is not felt. */
const POLL_INTERVAL = 100;

/**
 * Sends events through the Intercom Messenger that the page has installed, which gives them to the
 * visitor, lead or user it knows at that moment. Events wait, in order, until the Messenger is loaded
 * and booted.
 *
 * The Messenger answers nothing, so the outcome `accepted` means: handed over to a booted Messenger.
 * An event on which `window.Intercom` throws ends as `rejected` with the verdict `unreachable` and is
 * not tried again, since nobody knows how far it got. On a server, where there is no `window`, events
 * end as `dropped` with the reason `not_stored`.
 *
 * @throws {TypeError} when an option is wrong; only in the build for development, as published pages check none
 */
export function messenger(options: MessengerOptions = {}): Route {
  checkMessengerOptions(options);
  const { timeout = 30_000, isBooted = hasBooted, fallback } = options;
  return {
    open(settings) {
      if (!fallback) checkNoOutbox(settings.outbox);
      return createMessengerDelivery(timeout, isBooted, settings, fallback?.open(settings));
    },
  };
}

/** What the snippet, the npm package or the loaded Messenger leaves in `window.Intercom`. */
interface Messenger {
  (method: "trackEvent", eventName: string, ...metadata: NonNullable<EncodedPageEvent["metadata"]>[]): void;
  readonly booted?: unknown;
}

/** The one there now: it is replaced when the Messenger loads. */
function current(): Messenger | undefined {
  return (window as unknown as { Intercom?: Messenger }).Intercom; // Its npm package declares another one.
}

/**
 * A stub queues calls but a loaded Messenger that is not booted loses them, so this waits for `booted`. No
 * document of Intercom mentions that property, but its script sets it and Segment's Intercom destination
 * waits for it too:
 * https://github.com/segmentio/action-destinations/blob/main/packages/browser-destinations/destinations/intercom/src/index.ts
 */
function hasBooted(): boolean {
  return current()?.booted === true;
}

function handOver({ eventName, metadata }: EncodedPageEvent): Outcome {
  try {
    const intercom = current() as Messenger;
    // Without metadata there is no argument for it, not even `undefined`.
    intercom("trackEvent", eventName, ...(metadata ? [metadata] : []));
    return { status: "accepted", attempts: 1 };
  } catch (cause) {
    return { status: "rejected", verdict: { kind: "unreachable", cause }, attempts: 1 };
  }
}

/**
 * Events in the order they came, in memory, until the Messenger takes them. It is looked at by a timer, and the page
 * is listened to, only while an event waits.
 *
 * @param timeout milliseconds an event waits
 * @param fallback the way of events that have waited in vain
 */
function createMessengerDelivery(
  timeout: number,
  isBooted: () => boolean,
  { clock, outbox }: DeliverySettings,
  fallback?: Delivery,
): Delivery {
  /** Each event with the time when it expires, in milliseconds since the epoch. */
  let queue: (readonly [event: PageEvent, until: number])[] = [];
  let stopWatching: (() => void) | undefined;
  let isDelivering = false;

  function isOpen(): boolean {
    try {
      return typeof current() === "function" && isBooted() === true;
    } catch {
      // What stands in for a blocked Messenger can make the mere look throw.
      return false;
    }
  }

  function deliver(isLast = false): void {
    // Handing over runs code of the page, which may track again: that event takes its place in the queue.
    if (isDelivering) return;
    isDelivering = true;
    stopWatching?.();
    // Only what waits now, so that an event tracked for each event handed over cannot hold the page up.
    const waiting = queue;
    queue = [];
    const left: typeof queue = [];
    let takes = true;
    for (const [event, until] of waiting) {
      if (event.isOver) continue;
      takes &&= isOpen();
      const now = clock.now();
      if (takes) {
        // It can be given up no more, whatever the page does when it is handed over.
        event.isBusy = event.isOver = true;
        event.end(handOver(event.event));
      } else if (until > now && !(isLast && fallback)) {
        // A clock that was put back must not make it wait longer.
        left.push([event, Math.min(until, now + timeout)]);
      } else if (fallback) fallback.send(event);
      else event.end(dropped("expired"));
    }
    queue.unshift(...left);
    isDelivering = false;
    if (!queue[0]) return;
    const stopTimer = clock.after(Math.min(POLL_INTERVAL, queue[0][1] - clock.now()), deliver);
    // The last moment before the page goes, and the first after its timers were slowed down or frozen.
    const endWatch = watchPage((moment) => deliver(moment === "hidden" || moment === "pagehide"));
    stopWatching = () => {
      stopTimer();
      endWatch();
    };
  }

  return {
    send(event) {
      // The outbox is the fallback's.
      if (!outbox) event.keep(true);
      queue.push([event, clock.now() + timeout]);
      deliver();
    },
    flush() {
      deliver();
      fallback?.flush();
    },
    evict: (event) => fallback?.evict(event),
    dropAll(reason) {
      stopWatching?.();
      queue = [];
      fallback?.dropAll(reason);
    },
  };
}
