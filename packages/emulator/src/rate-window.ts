import type { App } from "./tokens.ts";

/** What the windows say about one request. */
export interface RateTicket {
  /** Whether it was within the allowance; if not, it is answered with 429. */
  readonly allowed: boolean;
  /** The app's allowance; of a request that the workspace's allowance refuses, the workspace's. */
  readonly limit: number;
  /** What is left to the app, be it of its own allowance or of the workspace's. */
  readonly remaining: number;
  /** When the window ends, in Unix seconds. */
  readonly reset: number;
}

/** A window of 10 seconds, of an app or of a workspace that its private apps share. */
export interface RateWindow {
  /** Whose window it is. */
  readonly workspace: string;
  /** Absent: the workspace's own window. */
  readonly app?: string;
  /** Requests allowed in it. */
  readonly limit: number;
  /** Requests counted, those that were refused included. */
  readonly used: number;
  /** When it ends, in Unix seconds. */
  readonly reset: number;
}

/** The windows that requests are counted in. */
export interface RateWindows {
  /** Counts a request at `now`, in milliseconds. */
  count(app: App, now: number): RateTicket;
  /** The windows of the latest requests. */
  list(): RateWindow[];
  clear(): void;
}

const windowSeconds = 10;

/**
 * Counts the requests of each app and of each workspace in windows of 10 seconds. An app has an
 * allowance of its own, and private apps share their workspace's besides (Intercom's rate limiting
 * page, 2.17). All recorded reset times are multiples of ten, so windows are taken to be aligned,
 * not sliding.
 */
export function createRateWindows(workspaceLimit: number): RateWindows {
  const apps = new Map<App, Window>();
  const workspaces = new Map<string, Window>();

  return {
    count(app, now) {
      const reset = (Math.floor(now / 1000 / windowSeconds) + 1) * windowSeconds;
      const own = countIn(apps, app, {
        workspace: app.workspace,
        app: app.name,
        limit: app.rateLimit,
        reset,
      });
      if (app.public) return ticketOf(own);
      const shared = countIn(workspaces, app.workspace, {
        workspace: app.workspace,
        limit: workspaceLimit,
        reset,
      });
      const decisive = own.used <= own.limit && shared.used > shared.limit ? shared : own;
      return { ...ticketOf(decisive), remaining: Math.min(left(own), left(shared)) };
    },
    list: () => [...apps.values(), ...workspaces.values()].map((window) => ({ ...window })),
    clear() {
      apps.clear();
      workspaces.clear();
    },
  };
}

type Window = { -readonly [key in keyof RateWindow]: RateWindow[key] };

function countIn<Key>(windows: Map<Key, Window>, key: Key, empty: Omit<RateWindow, "used">): Window {
  let window = windows.get(key);
  if (window?.reset !== empty.reset) {
    window = { ...empty, used: 0 };
    windows.set(key, window);
  }
  window.used += 1;
  return window;
}

const left = ({ limit, used }: RateWindow): number => Math.max(0, limit - used);

function ticketOf(window: RateWindow): RateTicket {
  const { limit, used, reset } = window;
  return { allowed: used <= limit, limit, remaining: left(window), reset };
}
