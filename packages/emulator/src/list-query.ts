import type { Identities } from "./contact.ts";
import { type Refusal, refuse } from "./refusal.ts";

/** What `GET /events` is asked for. */
export interface ListQuery {
  readonly named: Identities;
  readonly summary: boolean;
  readonly perPage: number;
  /** Unix milliseconds, exclusive. */
  readonly before: number | undefined;
  /** Unix milliseconds, inclusive. */
  readonly since: number | undefined;
}

// 50 by the reference of listing events (2.5), 15 by a sentence in the 2.11 spec that many endpoints share.
const defaultPerPage = 50;

/** Reads the query string of `GET /events`. */
export function parseListQuery(query: string): ListQuery | Refusal {
  const parameters = new URLSearchParams(query);
  const text = (name: string): string | undefined => parameters.get(name) ?? undefined;
  const named = namedIn(text);
  if (text("type") !== "user") return refuse.badParameter("type");
  if (Object.keys(named).length === 0) return refuse.missingData("user_id");
  const empty = ["user_id", "email", "intercom_user_id"].find((name) => text(name) === "");
  if (empty) return refuse.badParameter(empty);
  const summary = text("summary") ?? "false";
  if (summary !== "true" && summary !== "false") return refuse.badParameter("summary");
  const numbers = { per_page: text("per_page"), before: text("before"), since: text("since") };
  const bad = Object.entries(numbers).find(([, value]) => value !== undefined && !/^\d{1,15}$/.test(value));
  if (bad) return refuse.badParameter(bad[0]);
  if (Number(numbers.per_page ?? 1) < 1) return refuse.badParameter("per_page");
  const number = (value: string | undefined): number | undefined =>
    value === undefined ? undefined : Number(value);
  return {
    named,
    summary: summary === "true",
    perPage: number(numbers.per_page) ?? defaultPerPage,
    before: number(numbers.before),
    since: number(numbers.since),
  };
}

function namedIn(text: (name: string) => string | undefined): Identities {
  const [id, user_id, email] = [text("intercom_user_id"), text("user_id"), text("email")];
  return {
    ...(id !== undefined && { id }),
    ...(user_id !== undefined && { user_id }),
    ...(email !== undefined && { email }),
  };
}
