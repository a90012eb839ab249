/** Which pages may send events. */
export interface OriginPolicy {
  /** The origins that may; without them, that of the request's own address. */
  readonly origins: ReadonlySet<string> | undefined;
  /** Whether requests that tell no origin may as well. */
  readonly allowNonBrowsers: boolean;
}

/** Whether a request may be read, and which other origin may read the reply. */
export interface OriginJudgement {
  readonly isAllowed: boolean;
  readonly crossOrigin: string | undefined;
  /** Whether it is refused although the browser says that page and relay are of one site. */
  readonly isSameSite?: boolean;
}

const ALLOWED: OriginJudgement = { isAllowed: true, crossOrigin: undefined };
const REFUSED: OriginJudgement = { isAllowed: false, crossOrigin: undefined };

/**
 * Judges where a request comes from, by two headers that pages cannot set: `Origin`, and `Sec-Fetch-Site`,
 * which older browsers do not send. Where they contradict each other the request is refused.
 */
export function judgeOrigin(
  { url, headers }: Pick<Request, "url" | "headers">,
  { origins, allowNonBrowsers }: OriginPolicy,
): OriginJudgement {
  const origin = headers.get("origin");
  const site = headers.get("sec-fetch-site");
  // A beacon of a page that sends no referrer says "null" in Firefox and Safari, as the Fetch Standard has it. A sandboxed
  // page, which says so too, is never of the same origin: https://fetch.spec.whatwg.org/#append-a-request-origin-header
  if (origin === null || (origin === "null" && site === "same-origin")) {
    const isAllowed = site === null ? allowNonBrowsers : site === "same-origin";
    return isAllowed ? ALLOWED : REFUSED;
  }
  // In Bun and Deno the address of a request may be none.
  const isOwn = URL.canParse(url) && origin === new URL(url).origin;
  const isSame = site === null || site === "same-origin";
  if (origins ? origins.has(origin) : isOwn && isSame)
    return isOwn ? ALLOWED : { isAllowed: true, crossOrigin: origin };
  // Behind a proxy, on another port, or on another host of a domain.
  return { ...REFUSED, isSameSite: site === "same-origin" || site === "same-site" };
}
