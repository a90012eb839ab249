function show(value: unknown): string {
  if (typeof value === "string") return JSON.stringify(value);
  if (typeof value === "number" || typeof value === "bigint") return `${typeof value} ${value}`;
  if (Array.isArray(value)) return "a list";
  if (typeof value === "function") return "a function";
  return typeof value === "object" && value !== null ? "an object" : String(value);
}

/**
 * The error for a wrong argument, in the one grammar of this package:
 * `Cannot create emulator: "rateLimit" must be a positive integer, got number 0`.
 */
export function misuse(action: string, name: string, wanted: string, got: unknown): TypeError {
  return new TypeError(`Cannot ${action}: "${name}" must be ${wanted}, got ${show(got)}`);
}

/** Throws when `value` is no plain object, or has a key that is not in `known`, if that is given. */
export function checkKeys(
  action: string,
  value: unknown,
  { name, known }: { name: string; known?: readonly string[] },
): asserts value is Record<string, unknown> {
  if (typeof value !== "object" || value === null || Array.isArray(value)) {
    throw misuse(action, name, "an object", value);
  }
  const stranger = known && Object.keys(value).find((key) => !known.includes(key));
  if (stranger !== undefined) {
    throw new TypeError(`Cannot ${action}: "${stranger}" is not one of ${known?.join(", ")}`);
  }
}

/** True for an integer from `least` to `most`. */
export function isInteger(value: unknown, least: number, most = Number.MAX_SAFE_INTEGER): value is number {
  return Number.isSafeInteger(value) && (value as number) >= least && (value as number) <= most;
}

/** True for a string with something in it. */
export function isText(value: unknown): value is string {
  return typeof value === "string" && value !== "";
}
