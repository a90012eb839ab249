/** What an option must be: in words, and as a question. */
export interface Rule {
  readonly expected: string;
  fits(value: unknown): boolean;
}

export const AN_OBJECT: Rule = {
  expected: "an object",
  fits: (value) => typeof value === "object" && value !== null,
};

export const A_FUNCTION: Rule = {
  expected: "a function",
  fits: (value) => typeof value === "function",
};

/** A number that is finite and not below `least`. */
export function atLeast(least: number): Rule {
  return {
    expected: `a number of at least ${least}`,
    fits: (value) => Number.isFinite(value) && (value as number) >= least,
  };
}

/**
 * Refuses options that do not fit their rule, and those without one. What is `undefined` is not given.
 *
 * @param task what cannot be done with them: `create tracker`
 * @throws {TypeError}
 */
export function checkOptions(task: string, options: object, rules: Readonly<Record<string, Rule>>): void {
  check(task, "options", options, AN_OBJECT);
  for (const [name, value] of Object.entries(options)) {
    const rule = Object.keys(rules).includes(name) ? rules[name] : undefined;
    if (value !== undefined) check(task, name, value, rule ?? leftOut(name));
  }
}

/**
 * Refuses a value in the one grammar of such messages. Texts are not printed: one may be the token.
 *
 * @throws {TypeError}
 */
export function check(task: string, name: string, value: unknown, { expected, fits }: Rule): void {
  if (fits(value)) return;
  const found = typeof value === "number" || value === null ? value : typeof value;
  throw new TypeError(`Cannot ${task}: "${name}" must be ${expected}, got ${found}`);
}

function leftOut(name: string): Rule {
  const why = /token|secret/i.test(name) ? "it must never be in a page" : "there is no such option";
  return { expected: `left out, as ${why}`, fits: () => false };
}
