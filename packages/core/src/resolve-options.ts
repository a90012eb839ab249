import { functionOption, integerOption, wrongOption as wrong } from "./check-option.ts";
import type { CoreClientOptions } from "./client-options.ts";
import { type Clock, MAX_DELAY, systemClock } from "./clock.ts";
import { describe } from "./describe.ts";
import type { DiagnosticChannel } from "./diagnostics.ts";
import { resolveBaseUrl } from "./resolve-base-url.ts";
import { DELIVERY_NAMES, type DeliveryPolicy, resolveDelivery } from "./resolve-delivery.ts";
import { describeToken, isToken, type Token } from "./token.ts";
import type { Transport } from "./transport.ts";

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

/** Names of `ClientOptions`. Returned by a function, as bundlers keep a list that is put together, even if nobody needs it. */
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
    concurrency: integerOption("concurrency", options.concurrency ?? 64),
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
