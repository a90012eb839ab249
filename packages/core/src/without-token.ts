import { messageOf } from "./describe.ts";
import { TokenError } from "./token.ts";
import type { Verdict } from "./verdict.ts";

/** A token of fewer characters is a test's: Intercom's have some sixty. It may well be a part of other words. */
const SHORT = 20;

/** What is told of an error, where it is a text or a number, besides what each has. */
const TOLD = ["code", "errno", "syscall", "hostname", "address", "port"] as const;

/** How many errors behind an error are told, one behind the other, and beside each other. */
const MAX_DEPTH = 3;
const MAX_ERRORS = 10;

/** A verdict without the access token, which a server may have repeated in what it says. */
export function withoutToken(verdict: Verdict, token: string): Verdict {
  if (!("errors" in verdict)) return verdict;
  const { errors, requestId } = verdict;
  const texts = errors.flatMap(({ code, message, field }) => [code, message, field]);
  if (![...texts, requestId].some((text) => text?.includes(token))) return verdict;
  const clean = (text: string): string => textWithoutToken(text, token);
  return {
    ...verdict,
    ...("message" in verdict && verdict.message !== undefined && { message: clean(verdict.message) }),
    errors: errors.map(({ code, message, field }) => ({
      code: clean(code),
      message: clean(message),
      ...(field !== undefined && { field: clean(field) }),
    })),
    ...(requestId !== undefined && { requestId: clean(requestId) }),
  };
}

/**
 * What a transport or the function of a token has thrown, as an error of the same name, message and stack that has but
 * {@link TOLD} on it: all else may be the request with its headers, or a reply that repeats it. So are those behind it.
 */
export function causeWithoutToken(cause: unknown, token: string): unknown {
  // Without a token, it was thrown before there was one.
  const clean = (text: string): string => (token === "" ? text : textWithoutToken(text, token));
  return plainError(cause, clean, MAX_DEPTH);
}

function plainError(cause: unknown, clean: (text: string) => string, depth: number): unknown {
  if (typeof cause === "string") return clean(cause);
  if (Object(cause) !== cause) return cause;
  const message = clean(messageOf(cause));
  try {
    const error = cause instanceof TokenError ? new TokenError(message) : new Error(message);
    const given = cause as Error & { readonly errors?: unknown };
    const name = typeof given.name === "string" ? clean(given.name) : error.name;
    // Shown, as outcomes are logged as JSON, which leaves out what errors have by themselves.
    for (const [key, value] of Object.entries({ name, message })) define(error, key, value, true);
    if (typeof given.stack === "string") define(error, "stack", clean(given.stack));
    for (const key of TOLD) {
      const value: unknown = Reflect.get(given, key);
      if (typeof value === "number") Reflect.set(error, key, value);
      if (typeof value === "string") Reflect.set(error, key, clean(value));
    }
    const behind = (other: unknown): unknown => plainError(other, clean, depth - 1);
    if (depth > 0 && given.cause !== undefined) define(error, "cause", behind(given.cause));
    if (depth > 0 && Array.isArray(given.errors))
      define(error, "errors", given.errors.slice(0, MAX_ERRORS).map(behind));
    return error;
  } catch {
    return new Error(message); // It does not say more.
  }
}

/** Sets a property as errors have theirs, unless it is shown: it is not copied, and not written as JSON. */
function define(error: Error, key: string, value: unknown, isShown = false): void {
  Object.defineProperty(error, key, { value, configurable: true, enumerable: isShown, writable: true });
}

/** A text of a reply without the access token. */
export function textWithoutToken(text: string, token: string): string {
  if (!text.includes(token)) return text;
  const pattern = `(?:Bearer )?${token.replace(/\W/g, "\\$&")}`;
  return text.replace(
    new RegExp(token.length < SHORT ? `(?<![\\w-])${pattern}(?![\\w-])` : pattern, "g"),
    "[access token]",
  );
}
