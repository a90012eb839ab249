import { kindOf } from "./tag-of.ts";

/** Names a value in a message, without ever failing and without printing much of it. */
export function describe(value: unknown): string {
  switch (typeof value) {
    case "string":
      return value.length > 40 ? `a string of ${value.length} characters` : JSON.stringify(value);
    case "number":
    case "boolean":
      return `${typeof value} ${value}`;
    case "object":
      return value === null ? "null" : `an object (${kindOf(value)})`;
    default:
      return typeof value;
  }
}

/** What an error says, whatever was thrown; also one of another realm, as those of Node.js are to what Jest runs. */
export function messageOf(error: unknown): string {
  try {
    const isError = error instanceof Error || kindOf(error) === "Error";
    return isError ? String((error as Error).message) : describe(error);
  } catch {
    return "an unreadable error";
  }
}
