/** Stands in for `announce-remarks.ts` in pages that are published. */
export function announceRemarks(): void {}
