import { checkRelayOptions } from "./check-options.ts";
import { createRelayDelivery } from "./relay-delivery.ts";
import type { Route } from "./route.ts";

/** Options of {@link relay}. There is none for an access token: the relay has it. */
export interface RelayOptions {
  /** Where the relay listens: a path of the page's own origin, or an absolute address. */
  readonly url: string | URL;
  /**
   * Whether cookies go along, by which the site knows who the caller is. A relay of another origin needs
   * `include`, and must allow the page's origin.
   * @default "same-origin"
   */
  readonly credentials?: "omit" | "same-origin" | "include" | undefined;
  /**
   * Returns a token, signed by the site, that says who the caller is; asked for each request. For sites
   * that know their callers by no cookie.
   */
  readonly identity?: (() => string | Promise<string>) | undefined;
  /** Milliseconds that the identity, if one is asked for, and the reply may take together. @default 20000 */
  readonly timeout?: number | undefined;
  /** How failed attempts are repeated. */
  readonly retry?: PageRetryOptions | undefined;
}

/** Where a route leads, and how: its options as they were when it was made. */
export interface RelayTarget extends RelayOptions {
  readonly url: string;
}

/** How failed attempts are repeated. The waits are drawn at random, each from twice as much as the last. */
export interface PageRetryOptions {
  /** Attempts that may fail (5xx, no reply, no reply in time) before the event ends as `rejected`. @default 100 */
  readonly attempts?: number | undefined;
  /** Milliseconds that the first wait is drawn from. @default 1000 */
  readonly baseDelay?: number | undefined;
  /** Milliseconds no wait exceeds, unless the relay asks for more. @default 60000 */
  readonly maxDelay?: number | undefined;
  /**
   * Milliseconds after `track` when an event that still fails is dropped as `expired`. What an earlier page has left has
   * them from the start of the tracker.
   * @default 86400000
   */
  readonly maxAge?: number | undefined;
}

/**
 * Sends events to an endpoint of your own site, made with `createRelay` of `@intercom-events/relay`,
 * which knows who the caller is and has the access token. Events go in batches, are repeated until they
 * have an answer, and leave with the page when it goes.
 *
 * @throws {TypeError} when an option is wrong; only in the build for development, as published pages check none
 * @example
 * const tracker = createTracker({ route: relay({ url: "/intercom/events" }), outbox: indexedDbOutbox() });
 */
export function relay(options: RelayOptions): Route {
  checkRelayOptions(options);
  // Whoever made a `URL` may change it.
  const target = { ...options, url: String(options.url) };
  return {
    open: (settings) => createRelayDelivery(target, settings),
  };
}
