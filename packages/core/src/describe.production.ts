/** Stands in for `describe.ts` in pages that are published: names the type of a value. */
export function describe(value: unknown): string {
  return typeof value;
}

/** What an error says, whatever was thrown. */
export function messageOf(error: unknown): string {
  try {
    return String(error instanceof Error ? error.message : typeof error);
  } catch {
    return "an unreadable error";
  }
}
