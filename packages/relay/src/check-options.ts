/** What an option must be: in words, and as a question. */
export interface Rule {
  readonly expected: string;
  fits(value: unknown): boolean;
}

export const A_FUNCTION: Rule = { expected: "a function", fits: (value) => typeof value === "function" };
export const A_BOOLEAN: Rule = { expected: "a boolean", fits: (value) => typeof value === "boolean" };
export const AN_OBJECT: Rule = {
  expected: "an object",
  fits: (value) => typeof value === "object" && value !== null,
};
/** An object whose properties say something, which those of a list, a Map or a Set do not. */
export const A_RECORD: Rule = {
  expected: "an object",
  fits: (value) => AN_OBJECT.fits(value) && !(Symbol.iterator in (value as object)),
};
export const A_CLOCK: Rule = { expected: "a clock", fits: (value) => hasMethods(value, "now", "after") };

/** A whole number of at least `least` and at most `most`. */
export function integer(least: number, most: number = Number.MAX_SAFE_INTEGER): Rule {
  const bound = most === Number.MAX_SAFE_INTEGER ? "" : ` and at most ${most}`;
  return {
    expected: `a whole number of at least ${least}${bound}`,
    fits: (value) => Number.isSafeInteger(value) && (value as number) >= least && (value as number) <= most,
  };
}

/** One of some texts. */
export function oneOf(...texts: readonly string[]): Rule {
  return {
    expected: texts.map((text) => JSON.stringify(text)).join(" or "),
    fits: (value) => texts.includes(value as string),
  };
}

/** Whether a value has these methods. */
export function hasMethods(value: unknown, ...names: readonly string[]): boolean {
  const methods = value as Readonly<Record<string, unknown>>;
  return AN_OBJECT.fits(value) && names.every((name) => typeof methods[name] === "function");
}

/**
 * Refuses options that do not fit their rule, and those without one. What is `undefined` is not given.
 *
 * @param task what cannot be done with them: `create relay`
 * @param within the option these are in, with a dot
 * @throws {TypeError}
 */
export function checkOptions(
  task: string,
  options: object,
  rules: Readonly<Record<string, Rule>>,
  within = "",
): void {
  for (const [name, value] of Object.entries(options)) {
    const rule = Object.hasOwn(rules, name) ? rules[name] : undefined;
    if (value !== undefined) check(task, within + name, value, rule ?? noSuchOption(Object.keys(rules)));
  }
}

/**
 * Refuses a value in the one grammar of such messages. Texts are not printed: one may be a secret.
 *
 * @throws {TypeError}
 */
export function check(task: string, name: string, value: unknown, { expected, fits }: Rule): void {
  if (fits(value)) return;
  const found = typeof value === "number" || value === null ? value : typeof value;
  throw new TypeError(`Cannot ${task}: "${name}" must be ${expected}, got ${found}`);
}

function noSuchOption(names: readonly string[]): Rule {
  return { expected: `left out, as the options are ${names.join(", ")}`, fits: () => false };
}
