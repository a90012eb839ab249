import type { Outcome } from "@intercom-events/core";
import { A_FUNCTION, atLeast, check, checkOptions, type Rule } from "./check-options.ts";
import { A_ROUTE } from "./resolve-options.ts";
import type { EncodedPageEvent, Route } from "./route.ts";
import { createWaitingLine } from "./waiting-line.ts";

/** Options of {@link messenger}. */
export interface MessengerOptions {
  /**
   * Milliseconds an event waits for the Messenger to be loaded and booted. After that it is dropped
   * as `expired`: the Messenger is blocked, or the page never boots it.
   * @default 30_000
   */
  readonly timeout?: number;
  /**
   * Says whether the Messenger in `window.Intercom` takes events now, for pages that know better, for
   * instance because they boot it themselves. As long as there is none it is not asked.
   * @default whether `window.Intercom.booted` is `true`
   */
  readonly isBooted?: () => boolean;
  /**
   * The way of an event that has waited in vain, or whose page goes before: `relay({ … })`. It takes that
   * way once, and stays the event of the second it was tracked in.
   */
  readonly fallback?: Route;
}

/**
 * The Messenger takes no time, gives an event to whom it has at that moment, and confirms nothing: an event
 * of an earlier page would get another time, perhaps another person, and perhaps come twice.
 */
const NO_OUTBOX: Rule = [
  "left out, as the Messenger takes no events of earlier pages; a fallback does",
  (value) => value === undefined,
];

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
 * @throws {TypeError} when an option is wrong
 */
export function messenger(options: MessengerOptions = {}): Route {
  checkOptions("create messenger route", options, {
    timeout: atLeast(0),
    isBooted: A_FUNCTION,
    fallback: A_ROUTE,
  });
  const { timeout = 30_000, isBooted = hasBooted, fallback } = options;

  function isOpen(): boolean {
    try {
      return typeof current() === "function" && isBooted() === true;
    } catch {
      // What stands in for a blocked Messenger can make the mere look throw.
      return false;
    }
  }

  return {
    open(settings) {
      if (!fallback) check("create tracker", "outbox", settings.outbox, NO_OUTBOX);
      return createWaitingLine({ isOpen, handOver, timeout }, settings, fallback?.open(settings));
    },
  };
}

/** What the snippet, the npm package or the loaded Messenger leaves in `window.Intercom`. */
interface Messenger {
  (method: "trackEvent", eventName: string, metadata?: EncodedPageEvent["metadata"]): void;
  readonly booted?: unknown;
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
    if (metadata) intercom("trackEvent", eventName, metadata);
    else intercom("trackEvent", eventName);
    return { status: "accepted", attempts: 1 };
  } catch (cause) {
    return { status: "rejected", verdict: { kind: "unreachable", cause }, attempts: 1 };
  }
}

/** The one there now: it is replaced when the Messenger loads. */
function current(): Messenger | undefined {
  return (window as { Intercom?: Messenger }).Intercom;
}
