/** What an option must be: in words, and as a question. */
export type Rule = readonly [expected: string, fits: (value: unknown) => boolean];

export const AN_OBJECT: Rule = ["an object", (value) => typeof value === "object" && value !== null];

export const A_FUNCTION: Rule = ["a function", (value) => typeof value === "function"];

/** A number that is finite and not below `least`. */
export function atLeast(least: number): Rule {
  return [`a number of at least ${least}`, (value) => Number.isFinite(value) && (value as number) >= least];
}

/** One of some texts. */
export function oneOf(...texts: readonly string[]): Rule {
  return [`"${texts.join('" or "')}"`, (value) => texts.includes(value as string)];
}

/** What another function of this package has made, told by one of its methods. */
export function madeBy(makers: string, method: string): Rule {
  return [
    makers,
    (value) => typeof (value as Record<string, unknown> | null | undefined)?.[method] === "function",
  ];
}

/**
 * Refuses options that do not fit their rule, and those without one. What is `undefined` is not given.
 *
 * @param task what cannot be done with them: `create tracker`
 * @returns those that are given
 * @throws {TypeError}
 */
export function checkOptions<Options extends object>(
  task: string,
  options: Options,
  rules: Readonly<Record<string, Rule>>,
): Options {
  check(task, "options", options, AN_OBJECT);
  const given: Record<string, unknown> = {};
  for (const [name, value] of Object.entries(options)) {
    if (value === undefined) continue;
    check(task, name, value, Object.hasOwn(rules, name) ? (rules[name] as Rule) : leftOut(name));
    given[name] = value;
  }
  return given as Options;
}

/**
 * Refuses a value in the one grammar of such messages. Texts are not printed: one may be the token.
 *
 * @throws {TypeError}
 */
export function check(task: string, name: string, value: unknown, [expected, fits]: Rule): void {
  if (fits(value)) return;
  const found = typeof value === "number" || value === null ? value : typeof value;
  throw new TypeError(`Cannot ${task}: "${name}" must be ${expected}, got ${found}`);
}

function leftOut(name: string): Rule {
  const why = /token|secret/i.test(name) ? "it must never be in a page" : "there is no such option";
  return [`left out, as ${why}`, () => false];
}
