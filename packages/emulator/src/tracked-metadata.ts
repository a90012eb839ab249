import type { StoredMetadata } from "./stored-event.ts";

/**
 * The first `limit` keys in the order sent; Intercom ignores the others. Keys are
 * case-insensitive (help article 175), and of two that differ only in case the first is kept.
 */
export function trackedMetadata(metadata: StoredMetadata, limit: number): StoredMetadata {
  const seen = new Set<string>();
  const kept: [string, StoredMetadata[string]][] = [];
  for (const [key, value] of Object.entries(metadata)) {
    const folded = key.toLowerCase();
    if (seen.has(folded)) continue;
    if (seen.size === limit) break;
    seen.add(folded);
    kept.push([key, value]);
  }
  // Unlike assignment, fromEntries makes `__proto__` a key like any other.
  return Object.fromEntries(kept);
}
