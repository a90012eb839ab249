import { A_FUNCTION, AN_OBJECT, atLeast, check, checkOptions, type Rule } from "./check-options.ts";
import { createCourier } from "./courier.ts";
import { createRelayLane } from "./relay-lane.ts";
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
  readonly credentials?: "omit" | "same-origin" | "include";
  /**
   * Answers a token, signed by the site, that says who the caller is; asked for each request. For sites
   * that know their callers by no cookie.
   */
  readonly identity?: () => string | Promise<string>;
  /** Milliseconds a reply may take. @default 20000 */
  readonly timeout?: number;
  /** How failed attempts are repeated. */
  readonly retry?: PageRetryOptions;
}

/** How failed attempts are repeated. The waits are drawn at random, each from twice as much as the last. */
export interface PageRetryOptions {
  /** Attempts that may fail (5xx, no reply, no reply in time) before the event ends as `rejected`. @default 100 */
  readonly attempts?: number;
  /** Milliseconds that the first wait is drawn from. @default 1000 */
  readonly baseDelay?: number;
  /** Milliseconds no wait exceeds, unless the relay asks for more. @default 60000 */
  readonly maxDelay?: number;
  /** Milliseconds after `track` when an event that has failed is dropped as `expired`. @default 86400000 */
  readonly maxAge?: number;
}

const RETRY = { attempts: 100, baseDelay: 1000, maxDelay: 60_000, maxAge: 86_400_000 } as const;

const AN_ADDRESS: Rule = {
  expected: "an address",
  fits: (value) => (typeof value === "string" && value !== "") || value instanceof URL,
};
const CREDENTIALS: Rule = {
  expected: '"omit", "same-origin" or "include"',
  fits: (value) => ["omit", "same-origin", "include"].includes(value as string),
};

/**
 * Sends events to an endpoint of your own site, made with `createRelay` of `@intercom-events/relay`,
 * which knows who the caller is and has the access token. Events go in batches, are repeated until they
 * have an answer, and leave with the page when it goes.
 *
 * @throws {TypeError} when an option is wrong
 * @example
 * const tracker = createTracker({ route: relay({ url: "/intercom/events" }), outbox: indexedDbOutbox() });
 */
export function relay(options: RelayOptions): Route {
  const task = "create relay route";
  checkOptions(task, options, {
    url: AN_ADDRESS,
    credentials: CREDENTIALS,
    identity: A_FUNCTION,
    timeout: atLeast(1),
    retry: AN_OBJECT,
  });
  const { url, credentials = "same-origin", identity, timeout = 20_000, retry = {} } = options;
  check(task, "url", url, AN_ADDRESS);
  const least = atLeast(1);
  checkOptions(task, retry, { attempts: least, baseDelay: least, maxDelay: least, maxAge: least });
  const target = { url: String(url), credentials, identity, timeout, retry: { ...RETRY, ...retry } };
  return {
    open: (settings) => createRelayLane(createCourier(target, settings.clock, settings.random), settings),
  };
}
