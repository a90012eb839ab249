/**
 * A JSON text with U+FFFD in the place of each half of a character, as of an emoji that was cut by `slice`; so does
 * `TextEncoder`. Ruby's parser refuses the whole text for the escape of a first half:
 * https://github.com/ruby/json/pull/858
 *
 * @param text as `JSON.stringify` writes it, which escapes halves alone like that
 */
export function wellFormedJson(text: string): string {
  if (!text.includes("\\ud")) return text;
  // A backslash that is escaped itself begins no other escape.
  return text.replace(/\\\\|\\ud.../g, (found) => (found === "\\\\" ? found : "\ufffd"));
}
