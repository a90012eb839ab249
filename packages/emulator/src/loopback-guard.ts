/** True for a host name that can only mean this machine. IPv6 addresses in brackets, as URLs have them. */
export function isLoopback(hostname: string): boolean {
  return /^(localhost|[^/]+\.localhost|127(\.\d{1,3}){3}|\[::1\])$/i.test(hostname);
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
  readonly headers: { readonly host?: string | undefined; readonly origin?: string | undefined };
}

/**
 * Returns a function that says why a request must not be served, if so. A page elsewhere can reach
 * the emulator in two ways: under a name of its own that resolves to this machine, and with a plain
 * cross-site request that writes.
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
    const page = headers.origin;
    if (page === undefined || method === "GET" || !url.startsWith(controlPrefix)) return undefined;
    const from = hostnameOf(page);
    if (from !== undefined && (from === hostname || isLoopback(from))) return undefined;
    return "a page of another site may not change the emulator";
  };
}
