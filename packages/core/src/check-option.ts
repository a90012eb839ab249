import { describe } from "./describe.ts";

/** The error for an option of a client that is wrong. */
export function wrongOption(name: string, expected: string, found: string): TypeError {
  return new TypeError(`Cannot create client: "${name}" must be ${expected}, got ${found}`);
}

/** A whole number of at least `least`. @throws {TypeError} naming the option */
export function integerOption(
  name: string,
  value: unknown,
  least: 0 | 1 = 1,
  most: number = Number.MAX_SAFE_INTEGER,
): number {
  if (typeof value === "number" && Number.isInteger(value) && value >= least && value <= most) return value;
  const kind = least === 0 ? "0 or a positive integer" : "a positive integer";
  const bound = most === Number.MAX_SAFE_INTEGER ? "" : ` of at most ${most}`;
  throw wrongOption(name, `${kind}${bound}`, describe(value));
}

/** A function. @throws {TypeError} naming the option */
export function functionOption<T extends (...args: never[]) => unknown>(name: string, value: T): T {
  if (typeof value !== "function") throw wrongOption(name, "a function", describe(value));
  return value;
}

/** Options inside an option, none of them unknown. @throws {TypeError} naming the option */
export function nestedOptions<T extends object>(name: string, value: T, names: readonly string[]): T {
  if (typeof value !== "object" || value === null) {
    throw wrongOption(name, `an object such as { ${names[0]} }`, describe(value));
  }
  for (const key of Object.keys(value)) {
    if (!names.includes(key))
      throw wrongOption(`${name}.${key}`, `one of ${names.join(", ")}`, "an unknown option");
  }
  return value;
}
