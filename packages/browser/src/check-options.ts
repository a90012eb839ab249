import type { IndexedDbOutboxOptions } from "./indexed-db-outbox.ts";
import type { MessengerOptions } from "./messenger.ts";
import type { PageOutbox } from "./page-outbox.ts";
import type { RelayOptions } from "./relay.ts";
import type { TrackerOptions } from "./tracker.ts";

/** What an option must be: in words, and as a question. */
type Rule = readonly [expected: string, fits: (value: unknown) => boolean];
type Rules = Readonly<Record<string, Rule>>;

const AN_OBJECT: Rule = ["an object", (value) => typeof value === "object" && value !== null];
const A_FUNCTION: Rule = ["a function", (value) => typeof value === "function"];
const A_TEXT: Rule = ["a text", (value) => typeof value === "string" && value !== ""];
const A_COUNT: Rule = ["a positive integer", (value) => Number.isSafeInteger(value) && (value as number) > 0];
const AN_ADDRESS: Rule = ["a path or an address, by HTTP and with no password in it", isAddress];
const A_ROUTE = madeBy("messenger() or relay()", "open");

/**
 * The Messenger takes no time, gives an event to whom it has at that moment, and confirms nothing: an event
 * of an earlier page would get another time, perhaps another person, and perhaps come twice.
 */
const NO_OUTBOX: Rule = [
  "left out, as the Messenger takes no events of earlier pages; a fallback does",
  (value) => value === undefined,
];

/** Whether a page can post to it. */
function isAddress(value: unknown): boolean {
  if (typeof value === "string" ? value.trim() === "" : !(value instanceof URL)) return false;
  try {
    const { protocol, username, password } = new URL(value as string | URL, "https://page.test");
    return /^https?:$/.test(protocol) && username + password === "";
  } catch {
    return false;
  }
}

/** A number that is finite and not below `least`. */
function atLeast(least: number): Rule {
  return [`a number of at least ${least}`, (value) => Number.isFinite(value) && (value as number) >= least];
}

/** One of some texts. */
function oneOf(...texts: readonly string[]): Rule {
  return [`"${texts.join('" or "')}"`, (value) => texts.includes(value as string)];
}

/** What another function of this package has made, told by one of its methods. */
function madeBy(makers: string, method: string): Rule {
  return [
    makers,
    (value) => typeof (value as Record<string, unknown> | null | undefined)?.[method] === "function",
  ];
}

/*
 * Whoever writes a page sees these messages while writing it. `check-options.production.ts` takes the place of
 * this file in pages that are published.
 */

/** @throws {TypeError} when an option of `createTracker` is wrong */
export function checkTrackerOptions(options: TrackerOptions): void {
  const task = "create tracker";
  checkOptions(task, options, {
    route: A_ROUTE,
    outbox: madeBy("indexedDbOutbox()", "appendApart"),
    queue: AN_OBJECT,
    metadataKeys: atLeast(0),
    clock: AN_OBJECT,
    random: A_FUNCTION,
  });
  check(task, "route", options.route, A_ROUTE);
  checkOptions(task, options.queue ?? {}, {
    maxEvents: atLeast(1),
    maxBytes: atLeast(1),
    policy: oneOf("drop_newest", "drop_oldest"),
  });
}

/** @throws {TypeError} when an option of `flush` or `close` is wrong */
export function checkWaitOptions(task: string, options: object): void {
  checkOptions(task, options, { timeout: atLeast(0) });
}

/** @throws {TypeError} when what `on` is given is wrong */
export function checkListener(name: unknown, listener: unknown): void {
  const task = "add a listener";
  check(task, "name", name, oneOf("outcome", "warning"));
  check(task, "listener", listener, A_FUNCTION);
}

/** @throws {TypeError} when an option of `messenger` is wrong */
export function checkMessengerOptions(options: MessengerOptions): void {
  checkOptions("create messenger route", options, {
    timeout: atLeast(0),
    isBooted: A_FUNCTION,
    fallback: A_ROUTE,
  });
}

/** @throws {TypeError} when there is an outbox that nothing would be put into */
export function checkNoOutbox(outbox: PageOutbox | undefined): void {
  check("create tracker", "outbox", outbox, NO_OUTBOX);
}

/** @throws {TypeError} when an option of `relay` is wrong */
export function checkRelayOptions(options: RelayOptions): void {
  const task = "create relay route";
  const least = atLeast(1);
  checkOptions(task, options, {
    url: AN_ADDRESS,
    credentials: oneOf("omit", "same-origin", "include"),
    identity: A_FUNCTION,
    timeout: least,
    retry: AN_OBJECT,
  });
  check(task, "url", options.url, AN_ADDRESS);
  checkOptions(task, options.retry ?? {}, {
    attempts: least,
    baseDelay: least,
    maxDelay: least,
    maxAge: least,
  });
}

/** @throws {TypeError} when an option of `indexedDbOutbox` is wrong */
export function checkOutboxOptions(options: IndexedDbOutboxOptions): void {
  checkOptions("open outbox", options, {
    name: A_TEXT,
    maxEvents: A_COUNT,
    maxBytes: A_COUNT,
    maxDeadLetters: atLeast(0),
    deadLetterAge: atLeast(1),
  });
}

/** Refuses options that do not fit their rule, and those without one. What is `undefined` is not given. */
function checkOptions(task: string, options: object, rules: Rules): void {
  check(task, "options", options, AN_OBJECT);
  for (const [name, value] of Object.entries(options)) {
    if (value === undefined) continue;
    check(task, name, value, Object.hasOwn(rules, name) ? (rules[name] as Rule) : leftOut(name));
  }
}

/** Refuses a value in the one grammar of such messages. Texts are not printed: one may be the token. */
function check(task: string, name: string, value: unknown, [expected, fits]: Rule): void {
  if (fits(value)) return;
  const found = typeof value === "number" || value === null ? value : typeof value;
  throw new TypeError(`Cannot ${task}: "${name}" must be ${expected}, got ${found}`);
}

function leftOut(name: string): Rule {
  const why = /token|secret/i.test(name) ? "it must never be in a page" : "there is no such option";
  return [`left out, as ${why}`, () => false];
}
