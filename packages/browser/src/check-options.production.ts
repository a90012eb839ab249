/*
 * Stands in for `check-options.ts` in pages that are published: there, whoever could mend an option is not
 * looking. Calls of these leave nothing behind in a bundle.
 */

export function checkTrackerOptions(): void {}
export function checkWaitOptions(): void {}
export function checkListener(): void {}
export function checkMessengerOptions(): void {}
export function checkNoOutbox(): void {}
export function checkRelayOptions(): void {}
export function checkOutboxOptions(): void {}
