/** Characters that end a line, or have a terminal do or show something else than the text: C0, C1, separators, directions. */
// biome-ignore lint/suspicious/noControlCharactersInRegex: these are what is looked for.
const CONTROLS = /[\u0000-\u001f\u007f-\u009f\u061c\u200e\u200f\u2028-\u202e\u2066-\u2069]/g;

/** Characters that are kept. */
const MAX_LENGTH = 1000;

/** A text for a log, where one that somebody else has written must not look like a line of the program's. */
export function oneLine(text: string): string {
  const kept = text.length > MAX_LENGTH ? `${text.slice(0, MAX_LENGTH)}…` : text;
  return kept.replace(CONTROLS, (found) => `\\u${found.charCodeAt(0).toString(16).padStart(4, "0")}`);
}
