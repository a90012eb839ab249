import { type Clock, systemClock } from "@intercom-events/core";
import { type EventPolicy, resolveEvents } from "./allowed-events.ts";
import {
  A_BOOLEAN,
  A_CLOCK,
  A_FUNCTION,
  A_RECORD,
  AN_OBJECT,
  check,
  checkOptions,
  hasMethods,
  integer,
  oneOf,
} from "./check-options.ts";
import type { Identify, RateOptions, RelayClient, RelayOptions, RelayTask } from "./relay-options.ts";

/** Events of a request that the contract allows at most: `maxItems` of `spec/relay.yaml`. */
const MAX_EVENTS = 100;

/** Longest delay that timers hold, in milliseconds. */
const MAX_DELAY = 2_147_483_647;

/** All options of a relay, checked, with their defaults. */
export interface RelayPolicy<Context = unknown> {
  readonly client: RelayClient;
  readonly identify: Identify<Context>;
  readonly events: EventPolicy;
  readonly origins: ReadonlySet<string> | undefined;
  readonly allowNonBrowsers: boolean;
  readonly waitFor: "stored" | "outcome";
  readonly answerTimeout: number;
  readonly identifyTimeout: number;
  readonly schemaTimeout: number;
  readonly maxBytes: number;
  readonly bodyTimeout: number;
  readonly maxEvents: number;
  readonly maxMetadataKeys: number;
  readonly maxAge: number;
  readonly maxAhead: number;
  readonly rate: { readonly [Name in keyof RateOptions]-?: number } | undefined;
  readonly onError: ((error: unknown, task: RelayTask) => void) | undefined;
  readonly clock: Clock;
}

const TASK = "create relay";

const MILLISECONDS = integer(0);
const COUNT = integer(1);
const TIMEOUT = integer(1, MAX_DELAY);

const RULES = {
  client: {
    expected: "a server client, as createClient of @intercom-events/node makes it",
    fits: (value: unknown) => hasMethods(value, "track", "contact"),
  },
  identify: A_FUNCTION,
  events: {
    expected: 'a list of names, an object of schemas by name, neither empty, or "any"',
    fits: (value: unknown) =>
      value === "any" ||
      ((Array.isArray(value) || A_RECORD.fits(value)) && Object.keys(value as object).length > 0),
  },
  origins: { expected: "a list of origins, not empty", fits: isFilledList },
  allowNonBrowsers: A_BOOLEAN,
  waitFor: oneOf("stored", "outcome"),
  answerTimeout: TIMEOUT,
  identifyTimeout: TIMEOUT,
  schemaTimeout: TIMEOUT,
  maxBytes: COUNT,
  bodyTimeout: TIMEOUT,
  maxEvents: integer(1, MAX_EVENTS),
  maxMetadataKeys: integer(0),
  maxAge: MILLISECONDS,
  maxAhead: MILLISECONDS,
  rate: {
    expected: "an object such as { events } or false",
    fits: (value: unknown) => value === false || A_RECORD.fits(value),
  },
  onError: A_FUNCTION,
  clock: A_CLOCK,
};

const RATE_RULES = { events: COUNT, window: COUNT, maxCallers: COUNT };

/** Checks the options and fills in the defaults. @throws {TypeError} naming the option that is wrong */
export function resolveRelayOptions<Context>(options: RelayOptions<Context>): RelayPolicy<Context> {
  check(TASK, "options", options, AN_OBJECT);
  checkOptions(TASK, options, RULES);
  for (const name of ["client", "identify", "events"] as const) check(TASK, name, options[name], RULES[name]);
  const { client, identify, waitFor = "stored", allowNonBrowsers = false, onError } = options;
  const maxEvents = options.maxEvents ?? MAX_EVENTS;
  return {
    client,
    identify,
    events: resolveEvents(TASK, options.events),
    origins: options.origins && resolveOrigins(options.origins),
    allowNonBrowsers,
    waitFor,
    answerTimeout: options.answerTimeout ?? 10_000,
    // Shorter than a page of ours waits (20 s), with the answer's wait after both.
    identifyTimeout: options.identifyTimeout ?? 5_000,
    schemaTimeout: options.schemaTimeout ?? 5_000,
    maxBytes: options.maxBytes ?? 65_536,
    bodyTimeout: options.bodyTimeout ?? 10_000,
    maxEvents,
    maxMetadataKeys: options.maxMetadataKeys ?? 20,
    maxAge: options.maxAge ?? 7 * 24 * 3_600_000,
    maxAhead: options.maxAhead ?? 3_600_000,
    rate: resolveRate(options.rate ?? {}, maxEvents),
    onError,
    clock: options.clock ?? systemClock,
  };
}

function resolveOrigins(origins: readonly string[]): ReadonlySet<string> {
  for (const [index, origin] of origins.entries()) {
    const sent = originOf(origin);
    check(TASK, `origins[${index}]`, origin, {
      expected:
        sent === undefined
          ? 'an origin such as "https://www.example.org", without a path or "*"'
          : `an origin as browsers send it, ${JSON.stringify(sent)}`,
      fits: (value) => sent !== undefined && value === sent,
    });
  }
  return new Set(origins);
}

function resolveRate(rate: RateOptions | false, maxEvents: number): RelayPolicy["rate"] {
  if (rate === false) return undefined;
  checkOptions(TASK, rate, RATE_RULES, "rate.");
  const { events = 600, window = 60_000, maxCallers = 10_000 } = rate;
  // A request that has more than a window's events could never pass.
  const { expected, fits } = integer(maxEvents);
  check(TASK, "rate.events", events, { expected: `${expected}, which is "maxEvents"`, fits });
  return { events, window, maxCallers };
}

/** The origin of an address as browsers send it, `undefined` for what has none. */
function originOf(address: unknown): string | undefined {
  // To URL, "*" is a letter of a host like any other; such an origin would never be met.
  if (typeof address !== "string" || address.includes("*")) return undefined;
  try {
    // Not by URL.canParse: called often, it refuses "ü" in Node.js 20 and 22.
    const { origin, protocol, host } = new URL(address);
    // That of an app or an extension, such as capacitor://localhost, is opaque to URL, and none to its web view.
    if (origin === "null") return host === "" ? undefined : `${protocol}//${host}`;
    return origin;
  } catch {
    return undefined;
  }
}

function isFilledList(value: unknown): boolean {
  return Array.isArray(value) && value.length > 0;
}
