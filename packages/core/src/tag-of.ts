/** The built-in class of a value, also across realms: `Date`, `URL`, `Array`, `Object`, `Map` …; `unreadable` if it will not say. */
export function kindOf(value: unknown): string {
  return tagOf(value).slice(8, -1) || "unreadable";
}

/** {@link kindOf} as the engine spells it, `[object Date]`, which costs no new text. */
export function tagOf(value: unknown): string {
  try {
    return Object.prototype.toString.call(value);
  } catch {
    return ""; // It does not say.
  }
}

/** Whether a value is a plain object, or one of a class of the program: no list, `Date`, `Map` or the like. */
export function isObject(value: unknown): value is object {
  return tagOf(value) === "[object Object]";
}
