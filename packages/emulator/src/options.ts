import { type ActiveFault, type Fault, parseFaults } from "./fault.ts";
import { checkKeys, isInteger, isText, misuse } from "./misuse.ts";

/** What a token may do: "Read events" lists, "Write events" submits (Intercom's OAuth scopes page). */
export type Scope = "read_events" | "write_events";

/** An access token that the emulator accepts. */
export interface TokenGrant {
  /** What stands after `Bearer`. */
  readonly token: string;
  /** What it may do; without a scope that is needed the answer is 403. */
  readonly scopes: readonly Scope[];
  /** Contacts, events, names and the shared rate allowance belong to a workspace. @default "default" */
  readonly workspace?: string | undefined;
  /** The app it belongs to: tokens of one app share one allowance. @default an app of its own */
  readonly app?: string | undefined;
  /** Requests allowed to the app in a window of 10 seconds. @default the option `rateLimit` */
  readonly rateLimit?: number | undefined;
  /** True: a public app, which does not draw on the allowance its workspace's apps share. @default false */
  readonly public?: boolean | undefined;
}

/** Options of `createEmulator`. */
export interface EmulatorOptions {
  /**
   * One token with both scopes, or a list of grants.
   * @default any non-empty bearer token is accepted with both scopes
   */
  readonly tokens?: string | readonly TokenGrant[] | undefined;
  /**
   * "auto": a contact is created when it is first named. "strict": only contacts given by
   * `setContacts` exist, as at Intercom, where an event never creates one.
   * @default "auto"
   */
  readonly contacts?: "auto" | "strict" | undefined;
  /** Requests allowed per app in a window of 10 seconds. @default 1667 (10,000 a minute) */
  readonly rateLimit?: number | undefined;
  /**
   * Requests allowed to all private apps of a workspace in a window of 10 seconds.
   * @default two and a half times `rateLimit`: 4167 (25,000 a minute)
   */
  readonly workspaceRateLimit?: number | undefined;
  /** Metadata keys kept per event: the first ones sent. @default 10 */
  readonly metadataKeys?: number | undefined;
  /** Active event names per workspace, at most 1000. @default 120 */
  readonly eventNames?: number | undefined;
  /** The emulator's clock, in milliseconds since 1970. @default Date.now */
  readonly now?: (() => number) | undefined;
  /** Requests that `requests()` remembers: the latest ones. @default 10000 */
  readonly retainRequests?: number | undefined;
  /** What goes wrong from the start, as for `setFaults`. `reset` comes back to it. @default nothing */
  readonly faults?: readonly Fault[] | undefined;
  /** Decides about faults with a `probability`: a number from 0 up to 1. @default Math.random */
  readonly random?: (() => number) | undefined;
  /**
   * How much is stored before writes are refused with 507, in bytes, as estimated from what was sent.
   * @default 1 GiB
   */
  readonly maxBytes?: number | undefined;
  /**
   * A file that keeps what is stored, in SQLite; it is created when there is none. Needs Node.js 22.13
   * or newer. One emulator at a time can use it.
   * @default nothing is kept
   */
  readonly data?: string | undefined;
}

/** All properties of `T`, each with a value. */
type Given<T> = { readonly [Key in keyof T]-?: Exclude<T[Key], undefined> };

/** The options with every default filled in. */
export interface Policy extends Given<Omit<EmulatorOptions, "tokens" | "faults" | "data">> {
  /** `undefined`: nothing is kept. */
  readonly data: string | undefined;
  readonly faults: readonly ActiveFault[];
  /** `undefined`: any token. */
  readonly tokens: readonly TokenGrant[] | undefined;
}

const action = "create emulator";
const bothScopes = ["read_events", "write_events"] as const satisfies Scope[];
const optionNames = [
  "tokens",
  "contacts",
  "rateLimit",
  "workspaceRateLimit",
  "metadataKeys",
  "eventNames",
  "now",
  "retainRequests",
  "faults",
  "random",
  "maxBytes",
  "data",
];

/**
 * Checks the options and fills in the defaults.
 * @throws TypeError naming the first option that is wrong or unknown
 */
export function resolveOptions(options: EmulatorOptions): Policy {
  checkKeys(action, options, { name: "options", known: optionNames });
  const { contacts = "auto", now = Date.now, random = Math.random } = options;
  if (contacts !== "auto" && contacts !== "strict") {
    throw misuse(action, "contacts", '"auto" or "strict"', contacts);
  }
  if (!isFunction(now)) throw misuse(action, "now", "a function", now);
  if (!isFunction(random)) throw misuse(action, "random", "a function", random);
  const { eventNames = 120 } = options;
  // One contact's events of one second get a millisecond each (event-history.ts), and they differ by name.
  if (!isInteger(eventNames, 1, 1000)) {
    throw misuse(action, "eventNames", "an integer from 1 to 1000", eventNames);
  }
  const rateLimit = positive("rateLimit", options.rateLimit ?? 1667);
  const { data } = options;
  if (data !== undefined && !isText(data)) throw misuse(action, "data", "a file", data);
  return {
    data,
    tokens: resolveTokens(options.tokens),
    contacts,
    rateLimit,
    workspaceRateLimit: positive(
      "workspaceRateLimit",
      options.workspaceRateLimit ?? Math.floor(rateLimit * 2.5),
    ),
    metadataKeys: positive("metadataKeys", options.metadataKeys ?? 10),
    eventNames,
    now,
    retainRequests: positive("retainRequests", options.retainRequests ?? 10_000),
    faults: parseFaults(options.faults ?? [], action, "faults"),
    random,
    maxBytes: positive("maxBytes", options.maxBytes ?? 1024 ** 3),
  };
}

function isFunction(value: unknown): value is () => number {
  return typeof value === "function";
}

function positive(name: string, value: unknown): number {
  if (!isInteger(value, 1)) throw misuse(action, name, "a positive integer", value);
  return value;
}

/** What can stand after `Bearer`; with that word before it no request would ever have it. */
function isToken(value: unknown): value is string {
  return isText(value) && !/\s/.test(value);
}

function resolveTokens(tokens: unknown): readonly TokenGrant[] | undefined {
  if (tokens === undefined) return undefined;
  if (isToken(tokens)) return [{ token: tokens, scopes: bothScopes }];
  if (!Array.isArray(tokens))
    throw misuse(action, "tokens", "a non-empty string without spaces or a list of grants", tokens);
  const grants = tokens.map((grant: unknown, index) => checkGrant(grant, `tokens[${index}]`));
  for (const [index, { token }] of grants.entries()) {
    const first = grants.findIndex((grant) => grant.token === token);
    if (first === index) continue;
    throw new TypeError(`Cannot ${action}: "tokens[${index}].token" is that of "tokens[${first}]" too`);
  }
  return grants;
}

function checkGrant(grant: unknown, name: string): TokenGrant {
  checkKeys(action, grant, { name, known: ["token", "scopes", "workspace", "app", "rateLimit", "public"] });
  const { token, scopes, rateLimit, public: isPublic } = grant;
  if (!isToken(token)) throw misuse(action, `${name}.token`, "a non-empty string without spaces", token);
  if (!Array.isArray(scopes) || !scopes.every((scope) => bothScopes.includes(scope))) {
    throw misuse(action, `${name}.scopes`, `a list of "read_events" and "write_events"`, scopes);
  }
  for (const key of ["workspace", "app"]) {
    const text = grant[key];
    if (text !== undefined && !isText(text)) {
      throw misuse(action, `${name}.${key}`, "a non-empty string", text);
    }
  }
  if (rateLimit !== undefined) positive(`${name}.rateLimit`, rateLimit);
  if (isPublic !== undefined && typeof isPublic !== "boolean") {
    throw misuse(action, `${name}.public`, "true or false", isPublic);
  }
  return grant as unknown as TokenGrant;
}
