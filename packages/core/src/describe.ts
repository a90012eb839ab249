/** Names a value in a message, without ever failing and without printing much of it. */
export function describe(value: unknown): string {
  switch (typeof value) {
    case "string":
      return value.length > 40 ? `a string of ${value.length} characters` : JSON.stringify(value);
    case "number":
    case "boolean":
      return `${typeof value} ${value}`;
    case "object":
      return value === null ? "null" : `an object (${kindOf(value)})`;
    default:
      return typeof value;
  }
}

/** What an error says, whatever was thrown. */
export function messageOf(error: unknown): string {
  try {
    return error instanceof Error ? String(error.message) : describe(error);
  } catch {
    return "an unreadable error";
  }
}

/** The built-in class of a value, also across realms: `Date`, `URL`, `Array`, `Object`, `Map` …; `unreadable` if it will not say. */
export function kindOf(value: unknown): string {
  return tagOf(value).slice(8, -1);
}

/** {@link kindOf} as the engine spells it, `[object Date]`, which costs no new text. */
export function tagOf(value: unknown): string {
  try {
    return Object.prototype.toString.call(value);
  } catch {
    return "[object unreadable]";
  }
}

/** Whether a value is an object that is nothing in particular. */
export function isObject(value: unknown): value is object {
  return tagOf(value) === "[object Object]";
}
