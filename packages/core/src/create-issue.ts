import { describe } from "./describe.ts";
import { foldName } from "./fold-name.ts";
import type { Issue, IssueCode } from "./issue.ts";
import { MAX_CHARACTERS, MAX_SHOWN } from "./limits.ts";

const A_TEXT = "a non-blank string";
const A_VALUE = "a string, number, boolean, Date, URL, { url, value } or { amount, currency }";

/** What was expected where there is an issue of a code, for those that say no more than that. */
const EXPECTED: Readonly<Partial<Record<IssueCode, string>>> = {
  missing: A_TEXT,
  not_a_string: A_TEXT,
  empty: A_TEXT,
  invalid_email: "an e-mail address",
  invalid_key: "under a non-blank key without .$~`!@#%^&*'{}|\\\"",
  duplicate_key: "under a key that differs in more than case",
  unsupported_value: A_VALUE,
  nested_value: `${A_VALUE} without other fields`,
  not_finite: "a finite number",
  date_key: "under a key that ends in _date",
  milliseconds: "in seconds, not milliseconds",
  invalid_link: "an absolute http: or https: address",
  invalid_amount: "a whole number of minor units such as cents",
  invalid_currency: 'an ISO 4217 code such as "eur"',
  too_large: `at most ${MAX_CHARACTERS} characters in all`,
  unreadable: "readable without error",
  integer_key: "without numeric keys, which JavaScript puts first",
  string_length: `at most ${MAX_SHOWN} characters to be shown whole`,
  date_value: "a Date or Unix seconds to be shown as a date",
  amount_sign: "positive",
};

/** What an object is to have, by its path; metadata may have anything. */
const FIELDS: Readonly<Record<string, string>> = {
  "": "userId, eventName",
  contact: "userId",
  options: "createdAt",
};

/** Keys that a message names. */
const MAX_NAMED = 10;

const ONE_IS_KEPT = "Intercom keeps one event of a contact, name and second";

/**
 * One issue with its sentence. All sentences of issues are here; where bytes count, a build may put
 * `create-issue.production.ts` in the place of this file. For packages that build on core.
 *
 * @param found what was there instead, or what else the code speaks of
 */
export function createIssue<Code extends IssueCode>(path: string, code: Code, found: unknown): Issue<Code> {
  return { path, code, message: messageOf(path, code, found) };
}

function messageOf(path: string, code: IssueCode, found: unknown): string {
  switch (code) {
    case "key_limit": {
      const { keys, limit } = found as { keys: readonly string[]; limit: number };
      const more = keys.length - limit - MAX_NAMED;
      const named = keys
        .slice(limit, limit + MAX_NAMED)
        .map(describe)
        .join(", ");
      return `metadata has ${keys.length} keys, but Intercom tracks ${limit}, not ${named}${more > 0 ? ` and ${more} more` : ""}`;
    }
    case "second_moved":
      return `createdAt was moved by ${found} s, as ${ONE_IS_KEPT}`;
    case "second_taken":
      return `createdAt is that of another event, and ${ONE_IS_KEPT}`;
  }
  return `${path || "The event"} must be ${expected(path, code, found)}, got ${describe(found)}`;
}

function expected(path: string, code: IssueCode, found: unknown): string | undefined {
  switch (code) {
    case "not_an_object":
      return path === "metadata" ? "a plain object" : `an object such as { ${FIELDS[path]} }`;
    case "event_name_folded":
      return `${JSON.stringify(foldName(found as string))} to be stored as given`;
    case "invalid_date":
      if (!Number.isFinite(found)) return "a valid Date or Unix seconds";
      return (found as number) < 0 ? "in 1970 or later" : "before 5138-11-16";
    default:
      return EXPECTED[code];
  }
}
