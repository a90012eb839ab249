import { functionOption, integerOption, wrongOption as wrong } from "./check-option.ts";
import { type Clock, MAX_DELAY, systemClock } from "./clock.ts";
import { describe } from "./describe.ts";
import type { DiagnosticChannel } from "./diagnostics.ts";
import {
  DELIVERY_NAMES,
  type DeliveryChoices,
  type DeliveryPolicy,
  resolveDelivery,
} from "./resolve-delivery.ts";
import { describeToken, isToken, type Token } from "./token.ts";
import type { Transport } from "./transport.ts";

/** Where Intercom keeps a workspace's data. */
export type Region = "us" | "eu" | "au";

/** What every runtime's `createClient` takes. */
export interface ClientOptions extends DeliveryChoices {
  /**
   * Access token with the scopes "Write events" and, to read, "Read events"; or a function that
   * returns the current one, called for each request. It belongs on a server.
   */
  readonly token: Token;
  /** The region of the workspace. @default "us" */
  readonly region?: Region | undefined;
  /** Address to call in place of the region's, whatever that is; `https:` unless it is a loopback address. */
  readonly baseUrl?: string | undefined;
  /** Version of Intercom's API, sent as `Intercom-Version`. @default "2.14" */
  readonly apiVersion?: string | undefined;
  /** Milliseconds one call may take, reply included. @default 30000 */
  readonly timeout?: number | undefined;
  /** Events being sent at the same time at most; fewer while the server is slow or fails. @default 32 */
  readonly concurrency?: number | undefined;
  /** Metadata keys that Intercom tracks, before a warning names the others. @default 10 */
  readonly metadataKeys?: number | undefined;
  /** Allows a client, and so an access token, inside a page. Anyone who opens the page can read it. @default false */
  readonly allowBrowser?: boolean | undefined;
  /** Called once for each kind of loss and warning that nobody listens for. @default console.warn */
  readonly warn?: ((message: string) => void) | undefined;
}

/** What core's `createClient` takes: the options, and what a runtime puts in. */
export interface CoreClientOptions extends ClientOptions {
  /** Sends one request; see {@link Transport}. */
  readonly transport: Transport;
  /** Ends what the transport holds; called once, when the client is closed. */
  readonly release?: (() => void | Promise<void>) | undefined;
  /** Time. @default the machine's */
  readonly clock?: Clock | undefined;
  /** Numbers that are at least 0 and less than 1, for jitter. @default Math.random */
  readonly random?: (() => number) | undefined;
  /** Where to publish what happens, besides listeners; see {@link DiagnosticChannel}. */
  readonly channel?: ((name: string) => DiagnosticChannel) | undefined;
  /**
   * Called once for each kind of loss and warning that nobody listens for. Core has no console: give it one, as in
   * `warn: console.warn`, or losses are told to listeners alone. @default none
   */
  readonly warn?: ((message: string) => void) | undefined;
  /** Names the runtime's package to Intercom. @default "intercom-events" */
  readonly userAgent?: string | undefined;
  /**
   * Names of options that the runtime's package takes besides {@link ClientOptions}. The error for a mistyped option
   * lists them, in place of those that a runtime puts in.
   */
  readonly runtimeOptions?: readonly string[] | undefined;
}

/** Options checked, with each default in its place. */
export interface ClientPolicy extends DeliveryPolicy {
  readonly token: Token;
  readonly transport: Transport;
  readonly release: () => void | Promise<void>;
  readonly clock: Clock;
  readonly random: () => number;
  readonly channel: ((name: string) => DiagnosticChannel) | undefined;
  readonly baseUrl: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly timeout: number;
  readonly concurrency: number;
  readonly metadataKeys: number;
  readonly warn: (message: string) => void;
}

const BASE_URLS: Readonly<Record<Region, string>> = {
  us: "https://api.intercom.io",
  eu: "https://api.eu.intercom.io",
  au: "https://api.au.intercom.io",
};

/** Names of {@link ClientOptions}. Returned by a function, as bundlers keep a list that is put together, even if nobody needs it. */
function clientNames(): readonly string[] {
  return [
    "token",
    "region",
    "baseUrl",
    "apiVersion",
    "timeout",
    "concurrency",
    ...DELIVERY_NAMES,
    "metadataKeys",
    "allowBrowser",
    "warn",
  ];
}

/** Names of what a runtime puts in. */
const CORE_NAMES = ["transport", "release", "clock", "random", "channel", "userAgent", "runtimeOptions"];

function refuseUnknown(options: CoreClientOptions): void {
  const names = clientNames();
  for (const name of Object.keys(options)) {
    if (names.includes(name) || CORE_NAMES.includes(name)) continue;
    const known = [...names, ...(options.runtimeOptions ?? CORE_NAMES)];
    throw wrong(name, `one of ${known.join(", ")}`, "an unknown option");
  }
}

/**
 * Checks options and fills in defaults.
 *
 * @throws {TypeError} for the first option that is wrong, naming it and what was expected
 */
export function resolveOptions(options: CoreClientOptions): ClientPolicy {
  assertOptions(options);
  refuseUnknown(options);
  refusePage(options.allowBrowser);
  const {
    token,
    transport,
    clock = systemClock,
    userAgent = "intercom-events",
    apiVersion = "2.14",
  } = options;
  if (!isToken(token) && typeof token !== "function") {
    throw wrong("token", "an access token or a function that answers one", describeToken(token));
  }
  if (typeof transport !== "function") throw wrong("transport", "a function", describe(transport));
  if (typeof apiVersion !== "string" || !/^(?:\d+\.\d+|Preview)$/.test(apiVersion)) {
    throw wrong("apiVersion", 'a version such as "2.14", or "Preview"', describe(apiVersion));
  }
  if (typeof userAgent !== "string" || !/^[\x20-\x7e]+$/.test(userAgent)) {
    throw wrong("userAgent", "a text that a header can hold", describe(userAgent));
  }
  if (typeof clock?.now !== "function" || typeof clock.after !== "function") {
    throw wrong("clock", "an object with the functions now and after", describe(clock));
  }
  return {
    ...resolveDelivery(options),
    token,
    transport,
    release: functionOption("release", options.release ?? (() => undefined)),
    clock,
    random: functionOption("random", options.random ?? Math.random),
    channel: options.channel === undefined ? undefined : functionOption("channel", options.channel),
    baseUrl: resolveBaseUrl(options),
    headers: { accept: "application/json", "intercom-version": apiVersion, "user-agent": userAgent },
    timeout: integerOption("timeout", options.timeout ?? 30_000, 1, MAX_DELAY),
    concurrency: integerOption("concurrency", options.concurrency ?? 32),
    metadataKeys: integerOption("metadataKeys", options.metadataKeys ?? 10),
    warn: functionOption("warn", options.warn ?? (() => undefined)),
  };
}

/** @throws {TypeError} unless the options are an object */
export function assertOptions(options: unknown): asserts options is object {
  if (typeof options === "object" && options !== null) return;
  throw new TypeError(
    // Not its text: it may be the token.
    `Cannot create client: the options must be an object such as { token }, got ${options === null ? "null" : typeof options}`,
  );
}

/** A page's visitors can read whatever is in it, so a token must not be there. */
function refusePage(allowBrowser: unknown): void {
  if (allowBrowser !== undefined && typeof allowBrowser !== "boolean")
    throw wrong("allowBrowser", "a boolean", describe(allowBrowser));
  if (allowBrowser || !("window" in globalThis && "document" in globalThis)) return;
  throw new TypeError(
    "Cannot create client: this is a page, whose visitors could read the access token; " +
      'use @intercom-events/browser, or set "allowBrowser" to true if this page is private; ' +
      'if it is a test of a server, run it in the environment "node": // @vitest-environment node',
  );
}

function resolveBaseUrl({ region, baseUrl }: ClientOptions): string {
  if (region !== undefined && !Object.hasOwn(BASE_URLS, region))
    throw wrong("region", '"us", "eu" or "au"', describe(region));
  if (baseUrl === undefined) return BASE_URLS[region ?? "us"];
  const url = typeof baseUrl === "string" ? parseUrl(baseUrl) : undefined;
  if (url?.search !== "" || url.hash !== "" || url.username !== "" || url.password !== "") {
    // What it has in them may be secret.
    const found = url ? "one that has them" : describe(baseUrl);
    throw wrong("baseUrl", "an absolute address without user, query and fragment", found);
  }
  const isLoopback = /^(?:localhost|127(?:\.\d+){3}|\[::1\])$/.test(url.hostname);
  if (url.protocol !== "https:" && !(url.protocol === "http:" && isLoopback)) {
    throw wrong("baseUrl", "an https: address, or http: on a loopback address", describe(baseUrl));
  }
  let path = url.pathname;
  while (path.endsWith("/")) path = path.slice(0, -1);
  // Each event would be answered as if its contact were missing.
  if (path.endsWith("/events")) throw wrong("baseUrl", 'the address before "/events"', describe(baseUrl));
  return `${url.origin}${path}`;
}

function parseUrl(text: string): URL | undefined {
  try {
    return new URL(text);
  } catch {
    return undefined;
  }
}
