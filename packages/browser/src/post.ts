import type { Clock, FailedVerdict } from "@intercom-events/core";
import { takeAllowance } from "./page-allowance.ts";
import type { Reply } from "./read-reply.ts";
import { sizeOf } from "./relay-batch.ts";

/** Where requests go, and how. */
export interface Target {
  readonly url: string;
  readonly credentials: RequestCredentials;
  /** Milliseconds a reply may take. */
  readonly timeout: number;
}

/** What a request came to. */
export type Posted =
  | (Reply & { readonly headers: Headers })
  | { readonly verdict: FailedVerdict }
  /** The browser has taken it and tells nothing. */
  | { readonly status: "unheard" };

/**
 * `survive`: the request should outlive the page if there is room for it. `depart`: it must, as the page
 * goes. `plain`: it need not.
 */
export type Urgency = "plain" | "survive" | "depart";

const NO_ROOM: Posted = {
  verdict: { kind: "unreachable", cause: "no room left to outlive the page" },
};

/**
 * Posts a body. The text type needs no preflight, and a request that outlives the page cannot make one
 * in every browser. It never rejects.
 */
export async function post(target: Target, body: string, urgency: Urgency, clock: Clock): Promise<Posted> {
  const release = urgency === "plain" || !canOutlive() ? undefined : takeAllowance(sizeOf(body));
  if (urgency === "depart" && !release) return beacon(target, body) ?? NO_ROOM;
  const abort = new AbortController();
  const stop = clock.after(target.timeout, () => abort.abort());
  try {
    const reply = await fetch(target.url, {
      method: "POST",
      headers: { "content-type": "text/plain;charset=UTF-8" },
      body,
      credentials: target.credentials,
      keepalive: !!release,
      signal: abort.signal,
    });
    return { status: reply.status, headers: reply.headers, text: await reply.text() };
  } catch (cause) {
    if (abort.signal.aborted) return { verdict: { kind: "timeout" } };
    // Other scripts of the page may have used up what the browser allows.
    const unheard = urgency === "depart" ? beacon(target, body) : undefined;
    return unheard ?? { verdict: { kind: "unreachable", cause } };
  } finally {
    stop();
    release?.();
  }
}

/** Whether requests may outlive their page: Firefox before 133 has none that do. */
export function canOutlive(): boolean {
  return typeof Request === "function" && "keepalive" in Request.prototype;
}

/** The older way to outlive the page. It always carries cookies, so it must not where they are not wanted. */
function beacon({ url, credentials }: Target, body: string): Posted | undefined {
  try {
    const isHome = new URL(url, location.href).origin === location.origin;
    const hasCookies = credentials === "include" || (isHome && credentials === "same-origin");
    if (hasCookies && navigator.sendBeacon(url, body)) return { status: "unheard" };
  } catch {
    // There is none.
  }
  return undefined;
}
