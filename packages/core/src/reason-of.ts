import { messageOf } from "./describe.ts";
import { kindOf } from "./tag-of.ts";
import { TokenError } from "./token.ts";

/**
 * What an error says, and what the one behind it says: that of `fetch` says only that it failed, and one for all
 * addresses of a host that could not be reached says nothing.
 */
export function reasonOf(error: unknown): string {
  const said = messageOf(error);
  const more = behind(error);
  if (said.includes(more)) return said;
  return said === "" ? more : `${said}: ${more}`;
}

function behind(error: unknown): string {
  try {
    if (error instanceof TokenError) return ""; // What is behind it may hold a token.
    const { cause, errors } = Object(error) as { readonly cause?: unknown; readonly errors?: unknown[] };
    const other = cause ?? errors?.[0];
    return kindOf(other) === "Error" ? messageOf(other) : "";
  } catch {
    return ""; // It does not say.
  }
}
