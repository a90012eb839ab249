/** Stands in for `why-rejected.ts` in pages that are published. */
export function whyRejected(): "" {
  return "";
}
