/** True for a host name that can only mean this machine. IPv6 addresses in brackets, as URLs have them. */
export function isLoopback(hostname: string): boolean {
  return /^(localhost|[^/]+\.localhost|127(\.\d{1,3}){3}|\[::1\])$/i.test(hostname);
}

/**
 * True for a host name that no other site can have: an address, a name without a dot as containers have it, or one
 * under a top-level domain that is not in the public DNS (RFC 6761, RFC 6762, RFC 8375 and ICANN's resolution
 * 2024.07.29.06).
 */
function isPrivate(hostname: string): boolean {
  return /^(\[.*\]|\d+(\.\d+){3}|[^.]+|.+\.(localhost|internal|local|test|home\.arpa))$/i.test(hostname);
}

function hostnameOf(url: string): string | undefined {
  return URL.canParse(url) ? new URL(url).hostname : undefined;
}

/** Every control endpoint starts with it. */
export const controlPrefix = "/_emulator/";

/** The parts of a request that say whether it may be served. */
export interface GuardedRequest {
  readonly method?: string | undefined;
  readonly url?: string | undefined;
  readonly headers: {
    readonly host?: string | undefined;
    readonly origin?: string | undefined;
    readonly "sec-fetch-site"?: string | string[] | undefined;
  };
}

/**
 * Returns a function that says why a request must not be served, if so. A page elsewhere can reach
 * the emulator in two ways: under a name of its own that resolves to this machine, and with a plain
 * cross-site request, which it cannot read the reply to but which writes, or takes one of the places
 * of those who follow the stream.
 */
export function createLoopbackGuard({
  loopbackOnly,
}: {
  loopbackOnly: boolean;
}): (request: GuardedRequest) => string | undefined {
  let host: string | undefined;
  let hostname: string | undefined;

  return ({ method, url = "", headers }) => {
    // Clients keep to one name, which is parsed once.
    if (hostname === undefined || headers.host !== host) {
      host = headers.host;
      hostname = hostnameOf(`http://${host ?? ""}`) ?? "";
    }
    if (loopbackOnly && !isLoopback(hostname)) return "the Host header names no loopback address";
    if (!url.startsWith(controlPrefix)) return undefined;
    if (!isPrivate(hostname)) return "the Host header names neither an address nor a private name";
    const page = headers.origin;
    const from = page === undefined ? undefined : hostnameOf(page);
    if (from !== undefined && (from === hostname || isLoopback(from))) return undefined;
    const writes = page !== undefined && method !== "GET";
    // Browsers say so to loopback addresses and over TLS: https://www.w3.org/TR/fetch-metadata/
    if (!writes && headers["sec-fetch-site"] !== "cross-site") return undefined;
    return "a page of another site may not control the emulator";
  };
}
