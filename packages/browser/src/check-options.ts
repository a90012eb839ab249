/**
 * Refuses what is no object of options, and options that do not exist.
 *
 * @param task what cannot be done with them, for the message: `create tracker`
 * @throws {TypeError}
 */
export function checkNames(task: string, given: unknown, known: readonly string[], name = "options"): void {
  if (typeof given !== "object" || given === null) fail(task, name, "an object", given);
  const unknown = Object.keys(given).find((key) => !known.includes(key));
  if (unknown === undefined) return;
  // The value is not printed: it may be the token.
  const why = /token|secret/i.test(unknown)
    ? "must not be given: an access token must never be in a page"
    : "is not an option";
  throw new TypeError(`Cannot ${task}: "${unknown}" ${why}`);
}

/**
 * Answers a number that is at least `least` and finite.
 *
 * @throws {TypeError} when the value is no such number
 */
export function checkNumber(task: string, name: string, value: unknown, least = 0): number {
  if (typeof value === "number" && value >= least && value < Infinity) return value;
  return fail(task, name, `a number of at least ${least}`, value);
}

/**
 * Refuses an option, in the one grammar of such messages. Texts are not printed: one may be the token.
 *
 * @throws {TypeError} always
 */
export function fail(task: string, name: string, expected: string, value: unknown): never {
  const got = typeof value === "number" || value === null ? value : typeof value;
  throw new TypeError(`Cannot ${task}: "${name}" must be ${expected}, got ${got}`);
}
