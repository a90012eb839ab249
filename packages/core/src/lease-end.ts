/** Milliseconds after which others may take over what this process holds, unless it says it lives. */
const LEASE = 30_000;

/** When a lease runs out that is taken or renewed now; both in milliseconds since the epoch. */
export function leaseEnd(now: number): number {
  return now + LEASE;
}
