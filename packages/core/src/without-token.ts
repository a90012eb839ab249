import { reasonOf } from "./reason-of.ts";
import type { Verdict } from "./verdict.ts";

/** A token of fewer characters is a test's: Intercom's have some sixty. It may well be a part of other words. */
const SHORT = 20;

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

/** What a transport has thrown; another error in its place if what it says has the access token in it. */
export function causeWithoutToken(cause: unknown, token: string): unknown {
  if (token === "") return cause; // It was thrown before there was one.
  const message = reasonOf(cause);
  const clean = textWithoutToken(message, token);
  return clean === message ? cause : new Error(clean);
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
