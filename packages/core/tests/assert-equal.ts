/**
 * Throws unless two values are the same: plain objects by their own keys in any order, lists, `Date`s,
 * and everything else by `===`, with `NaN` like itself.
 */
export function assertEqual(actual: unknown, expected: unknown, what = "The values differ"): void {
  if (isEqual(actual, expected)) return;
  throw new Error(`${what}\nexpected: ${show(expected)}\nactual:   ${show(actual)}`);
}

function isEqual(a: unknown, b: unknown): boolean {
  if (a === b || (Number.isNaN(a) && Number.isNaN(b))) return true;
  if (typeof a !== "object" || typeof b !== "object" || a === null || b === null) return false;
  if (Object.getPrototypeOf(a) !== Object.getPrototypeOf(b)) return false;
  if (a instanceof Date && b instanceof Date) return isEqual(a.getTime(), b.getTime());
  const keys = Object.keys(a);
  return (
    keys.length === Object.keys(b).length &&
    keys.every((key) => Object.hasOwn(b, key) && isEqual(Reflect.get(a, key), Reflect.get(b, key)))
  );
}

function show(value: unknown): string {
  const text = JSON.stringify(value) ?? String(value);
  return text.length > 2000 ? `${text.slice(0, 2000)}… (${text.length} characters)` : text;
}
