/** Codes of problems that keep an event from being sent. The list is closed. */
export type ErrorCode =
  | "not_an_object"
  | "missing"
  | "several_contacts"
  | "not_a_string"
  | "empty"
  | "invalid_email"
  | "invalid_key"
  | "duplicate_key"
  | "unsupported_value"
  | "nested_value"
  | "not_finite"
  | "invalid_date"
  | "date_key"
  | "milliseconds"
  | "invalid_link"
  | "invalid_amount"
  | "invalid_currency"
  | "too_large"
  | "unreadable";

/** Codes of remarks about an event that is sent all the same. The list is closed. */
export type WarningCode =
  | "key_limit"
  | "integer_key"
  | "string_length"
  | "date_value"
  | "amount_sign"
  | "event_name_folded"
  | "unknown_field"
  | "second_moved"
  | "second_taken";

/** What an issue is about, as a word that programs can compare. */
export type IssueCode = ErrorCode | WarningCode;

/** One problem of one field: where it is, what kind it is, and what to do about it. */
export interface Issue<Code extends IssueCode = IssueCode> {
  /** Where: `eventName`, `metadata.price.amount`, `metadata["a.b"]`; empty for the whole event. */
  readonly path: string;
  /** What kind of problem, from a closed list. */
  readonly code: Code;
  /** A sentence for people that says what was expected and what was found. */
  readonly message: string;
}
