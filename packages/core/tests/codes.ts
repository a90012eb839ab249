import type { IssueCode } from "../src/issue.ts";
import type { VerdictKind } from "../src/verdict.ts";

/** Every code of an issue or a warning; the compiler and then the vectors see that none is missing. */
export const ISSUE_CODES = {
  not_an_object: true,
  missing: true,
  several_contacts: true,
  not_a_string: true,
  empty: true,
  invalid_email: true,
  invalid_key: true,
  duplicate_key: true,
  unsupported_value: true,
  nested_value: true,
  not_finite: true,
  invalid_date: true,
  date_key: true,
  milliseconds: true,
  invalid_link: true,
  invalid_amount: true,
  invalid_currency: true,
  too_large: true,
  unreadable: true,
  key_limit: true,
  integer_key: true,
  string_length: true,
  date_value: true,
  amount_sign: true,
  event_name_folded: true,
  unknown_field: true,
  second_moved: true,
  second_taken: true,
} satisfies Record<IssueCode, true>;

/** Every verdict that a reply can lead to. */
export const REPLIED_KINDS = {
  accepted: true,
  rate_limited: true,
  server_error: true,
  contact_not_found: true,
  unauthorized: true,
  forbidden: true,
  invalid_request: true,
} satisfies Record<Exclude<VerdictKind, "unreachable" | "timeout">, true>;
