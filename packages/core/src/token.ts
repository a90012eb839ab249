import { describe } from "./describe.ts";

/** An access token, or a function that returns the current one; it is called for each request. */
export type Token = string | (() => string | Promise<string>);

/** What a token may consist of (RFC 6750 §2.1 and a little more); anything else breaks the header. */
const TOKEN = /^[\x21-\x7e]+$/;

/** Whether a text can be sent as an access token. */
export function isToken(value: unknown): value is string {
  return typeof value === "string" && TOKEN.test(value);
}

/** That there is no token. What the program's function has thrown is its cause, and may have a token in it. */
export class TokenError extends Error {}

/**
 * Returns the current token. Its errors name no token.
 *
 * @throws {TokenError} when the function fails or returns something that is no token
 */
export async function resolveToken(token: Exclude<Token, string>): Promise<string> {
  let answer: unknown;
  try {
    answer = await token();
  } catch (cause) {
    throw new TokenError('Cannot get the access token: the function given as "token" failed', { cause });
  }
  if (isToken(answer)) return answer;
  throw new TokenError(
    `Cannot get the access token: the function given as "token" must answer a token, got ${describeToken(answer)}`,
  );
}

/** Says what is wrong with something that is no token, and nothing of what it says: a token may be in it. */
export function describeToken(value: unknown): string {
  return typeof value === "string" ? "a string that is empty, or has a space or the like" : describe(value);
}
