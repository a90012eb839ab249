/** Stands in for `why-lost.ts` in pages that are published. */
export function whyLost(): "" {
  return "";
}
