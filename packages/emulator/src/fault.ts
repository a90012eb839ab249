import { validateHeaderName, validateHeaderValue } from "node:http";
import type { Identities } from "./contact.ts";
import { checkKeys, isInteger, isText, misuse } from "./misuse.ts";

/** Where a connection is reset: before anything is done, inside the reply's body, or after all is done but before the reply. */
export type ResetPoint = "before" | "inside" | "after";

/** Something that goes wrong on demand. Without `status` the request is processed and its reply altered. */
export interface Fault {
  /** Answer this, and do not process the request. */
  readonly status?: number | undefined;
  /** A string is sent as it is, anything else as JSON. @default a body that was seen with `status`, or the real one */
  readonly body?: unknown;
  /** Headers to add or replace; none that say how long a reply is. */
  readonly headers?: Readonly<Record<string, string>> | undefined;
  /** Names of headers to leave out. */
  readonly removeHeaders?: readonly string[] | undefined;
  /** How long the reply is held back after processing, in milliseconds. @default 0 */
  readonly delayMs?: number | undefined;
  /** Send only so many bytes of the body, in a reply that is well-formed otherwise. @default all */
  readonly cutBody?: number | undefined;
  /** Reset the connection. In process, `fetch`, or the reading of the body, rejects with a TypeError. */
  readonly reset?: ResetPoint | undefined;
  /** How many requests it meets. @default every one */
  readonly times?: number | undefined;
  /** How likely it is to meet a request it could meet, from 0 to 1. @default 1 */
  readonly probability?: number | undefined;
  /** Only requests of this path, without the query; a slash at the end does not matter. */
  readonly path?: string | undefined;
  /** Only requests of this method. */
  readonly method?: string | undefined;
  /** Only requests that name this contact, by each of the identities given. */
  readonly contact?: Identities | undefined;
}

/** A checked fault: its body is text, its names lower case. */
export interface ActiveFault extends Omit<Fault, "body" | "headers" | "removeHeaders"> {
  /** What is sent; absent: a body that was seen with `status`, or the real one. */
  readonly body?: string;
  /** Headers to add or replace, by lower-case name. */
  readonly headers: Readonly<Record<string, string>>;
  /** Lower-case names of headers to leave out. */
  readonly removeHeaders: readonly string[];
}

const known = [
  "status",
  "body",
  "headers",
  "removeHeaders",
  "delayMs",
  "cutBody",
  "reset",
  "times",
  "probability",
  "path",
  "method",
  "contact",
] as const satisfies (keyof Fault)[];

interface Rule {
  readonly holds: (value: unknown) => boolean;
  readonly wanted: string;
}

/** Headers that say where a reply ends, of which two would contradict each other. */
const lengths: ReadonlySet<string> = new Set(["content-length", "trailer", "transfer-encoding"]);

/** Headers that a server of Node.js sends whatever it is told. */
const kept: ReadonlySet<string> = new Set([
  "connection",
  "content-length",
  "keep-alive",
  "transfer-encoding",
]);

const isKept = (name: string): boolean => kept.has(name.toLowerCase());

const isRecord = (value: unknown): value is object =>
  typeof value === "object" && value !== null && !Array.isArray(value);

const rules: Partial<Record<keyof Fault, Rule>> = {
  status: { holds: (value) => isInteger(value, 200, 599), wanted: "an integer from 200 to 599" },
  headers: { holds: isRecord, wanted: "an object of strings by header name" },
  removeHeaders: {
    holds: (value) => Array.isArray(value) && value.every((key) => isText(key) && !isKept(key)),
    wanted: `a list of header names, without ${[...kept].join(", ")}`,
  },
  delayMs: { holds: (value) => isInteger(value, 0, 600_000), wanted: "an integer from 0 to 600000" },
  cutBody: { holds: (value) => isInteger(value, 0), wanted: "a number of bytes, 0 or more" },
  reset: {
    holds: (value) => value === "before" || value === "inside" || value === "after",
    wanted: '"before", "inside" or "after"',
  },
  times: { holds: (value) => isInteger(value, 1), wanted: "a positive integer" },
  path: { holds: (value) => isText(value) && value.startsWith("/"), wanted: 'a path that starts with "/"' },
  method: { holds: isText, wanted: "a method" },
  probability: {
    holds: (value) => typeof value === "number" && value >= 0 && value <= 1,
    wanted: "a number from 0 to 1",
  },
  contact: { holds: isIdentities, wanted: "an object with one or more of id, user_id, email" },
};

function isIdentities(value: unknown): boolean {
  if (!isRecord(value)) return false;
  const entries = Object.entries(value);
  const isIdentity = ([name, text]: [string, unknown]): boolean =>
    ["id", "user_id", "email"].includes(name) && isText(text);
  return entries.length > 0 && entries.every(isIdentity);
}

/** Says what is wrong with the first header that cannot be sent. */
function checkHeaders(headers: Readonly<Record<string, unknown>>, name: string, action: string): void {
  for (const [key, value] of Object.entries(headers)) {
    const wanted = wantedOfHeader(key, value);
    if (wanted !== undefined) throw misuse(action, `${name}[${JSON.stringify(key)}]`, wanted, value);
  }
}

function wantedOfHeader(key: string, value: unknown): string | undefined {
  if (isRefused(() => validateHeaderName(key))) return "left out, as it is no header name";
  if (lengths.has(key.toLowerCase())) return "left out, as HTTP itself says how long a reply is";
  const isWrong = typeof value !== "string" || isRefused(() => validateHeaderValue(key, value));
  return isWrong ? "a valid header value, a string" : undefined;
}

/** Those checks of Node.js only tell by throwing. */
function isRefused(check: () => void): boolean {
  try {
    check();
    return false;
  } catch {
    return true;
  }
}

/**
 * Checks a list of faults; `name` is what messages call it, where there could be others.
 * @throws TypeError naming the first thing that is wrong
 */
export function parseFaults(value: unknown, action = "set faults", name = ""): readonly ActiveFault[] {
  if (!Array.isArray(value)) throw misuse(action, "faults", "a list", value);
  return value.map((fault: unknown, index) => parseFault(fault, `${name}[${index}]`, action));
}

function parseFault(value: unknown, name: string, action: string): ActiveFault {
  checkKeys(action, value, { name, known });
  for (const key of known) {
    const rule = rules[key];
    if (rule && value[key] !== undefined && !rule.holds(value[key])) {
      throw misuse(action, `${name}.${key}`, rule.wanted, value[key]);
    }
  }
  const { body, headers = {}, removeHeaders = [], ...rest } = value as Fault;
  checkHeaders(headers, `${name}.headers`, action);
  const replaces = rest.status !== undefined || body !== undefined || rest.cutBody !== undefined;
  if (replaces && (rest.reset === "before" || rest.reset === "after")) {
    throw new TypeError(`Cannot ${action}: "${name}" has a reply that reset "${rest.reset}" never sends`);
  }
  return {
    ...rest,
    ...(body !== undefined && { body: bodyText(body, `${name}.body`, action) }),
    headers: Object.fromEntries(Object.entries(headers).map(([key, text]) => [key.toLowerCase(), text])),
    removeHeaders: removeHeaders.map((key) => key.toLowerCase()),
  };
}

function bodyText(body: unknown, name: string, action: string): string {
  if (typeof body === "string") return body;
  try {
    return JSON.stringify(body) ?? "";
  } catch {
    throw misuse(action, name, "a string or plain JSON", body); // a cycle, or too deep
  }
}
