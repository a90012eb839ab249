/**
 * Browsers let the requests of a page that outlive it have 64 KiB in flight; some is left to others
 * (Fetch Standard, "inflight keepalive bytes"). Chromium besides wants no more than nine of them.
 */
export const ALLOWANCE = 61_440;
const MAX_REQUESTS = 9;

/** One for the whole page, so that its trackers do not crowd each other out. */
let bytes = 0;
let requests = 0;

/** How many bytes may still leave with requests that outlive the page. */
export function allowanceLeft(): number {
  return requests < MAX_REQUESTS ? ALLOWANCE - bytes : 0;
}

/** Takes a part of the allowance, which the returned function gives back; `undefined` if there is no room. */
export function takeAllowance(size: number): (() => void) | undefined {
  if (size > allowanceLeft()) return undefined;
  bytes += size;
  requests += 1;
  return () => {
    bytes -= size;
    requests -= 1;
  };
}
