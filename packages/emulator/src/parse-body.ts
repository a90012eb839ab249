import { parseJson } from "./plain-message.ts";

/** Escapes of whole characters beyond U+FFFF, and those of one letter. */
const whole = /\\ud[89ab]..\\ud[c-f]..|\\[^u]/gi;
const half = /\\ud[89a-f]/i;

/**
 * Parses a body as Intercom's server may: `undefined` also for JSON with the escape of half a character. Ruby's parser
 * refuses a first half (https://github.com/ruby/json/pull/858), and makes of a second one a text that is no UTF-8.
 */
export function parseBody(body = ""): unknown {
  return half.test(body.replace(whole, "")) ? undefined : parseJson(body);
}
