/** What the window says about one request. */
export interface RateTicket {
  readonly allowed: boolean;
  readonly limit: number;
  readonly remaining: number;
  /** When the window ends, in Unix seconds. */
  readonly reset: number;
}

const windowSeconds = 10;

/**
 * Counts the requests of each workspace in windows of 10 seconds. Private apps share their
 * workspace's allowance (Intercom's rate limiting page, 2.17). All recorded reset times are
 * multiples of ten, so windows are taken to be aligned, not sliding.
 */
export function createRateWindow(limit: number): (workspace: string, now: number) => RateTicket {
  const windows = new Map<string, { reset: number; used: number }>();
  return (workspace, now) => {
    const reset = (Math.floor(now / 1000 / windowSeconds) + 1) * windowSeconds;
    let window = windows.get(workspace);
    if (window?.reset !== reset) {
      window = { reset, used: 0 };
      windows.set(workspace, window);
    }
    window.used += 1;
    const remaining = Math.max(0, limit - window.used);
    return { allowed: window.used <= limit, limit, remaining, reset };
  };
}

/** The rate headers of a reply. */
export function rateHeaders(ticket: RateTicket): Record<string, string> {
  return {
    "x-ratelimit-limit": String(ticket.limit),
    "x-ratelimit-remaining": String(ticket.remaining),
    "x-ratelimit-reset": String(ticket.reset),
  };
}
