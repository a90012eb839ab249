import { wrongOption as wrong } from "./check-option.ts";
import type { ClientOptions, Region } from "./client-options.ts";
import { describe } from "./describe.ts";

const BASE_URLS: Readonly<Record<Region, string>> = {
  us: "https://api.intercom.io",
  eu: "https://api.eu.intercom.io",
  au: "https://api.au.intercom.io",
};

/**
 * The address before `/events`, without a slash at its end.
 *
 * @throws {TypeError} for a region there is not, and for an address that the token must not go to
 */
export function resolveBaseUrl({ region, baseUrl }: ClientOptions): string {
  if (region !== undefined && !Object.hasOwn(BASE_URLS, region))
    throw wrong("region", '"us", "eu" or "au"', describe(region));
  if (baseUrl === undefined) return BASE_URLS[region ?? "us"];
  const url = typeof baseUrl === "string" ? parseUrl(baseUrl) : undefined;
  if (url?.search !== "" || url.hash !== "" || url.username !== "" || url.password !== "") {
    // What it has in them may be secret.
    const found = url ? "one that has them" : describe(baseUrl);
    throw wrong("baseUrl", "an absolute address without user, query and fragment", found);
  }
  const isLoopback = /^(?:localhost|127(?:\.\d+){3}|\[::1\])$/.test(url.hostname);
  if (url.protocol !== "https:" && !(url.protocol === "http:" && isLoopback)) {
    throw wrong("baseUrl", "an https: address, or http: on a loopback address", describe(baseUrl));
  }
  let path = url.pathname;
  while (path.endsWith("/")) path = path.slice(0, -1);
  // Each event would be answered as if its contact were missing.
  if (path.endsWith("/events")) throw wrong("baseUrl", 'the address before "/events"', describe(baseUrl));
  return `${url.origin}${path}`;
}

function parseUrl(text: string): URL | undefined {
  try {
    return new URL(text);
  } catch {
    return undefined;
  }
}
