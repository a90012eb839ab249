import type { PlainRequest } from "./plain-message.ts";

/** True for a host name that can only mean this machine. IPv6 addresses in brackets, as URLs have them. */
export function isLoopback(hostname: string): boolean {
  return /^(localhost|[^/]+\.localhost|127(\.\d{1,3}){3}|\[::1\])$/i.test(hostname);
}

function hostnameOf(url: string): string | undefined {
  return URL.canParse(url) ? new URL(url).hostname : undefined;
}

/**
 * Why a request must not be served, if so. A page elsewhere can reach the emulator in two ways: under
 * a name of its own that resolves to this machine, and with a plain cross-site request that writes.
 */
export function forbiddenReason(
  { method, origin, path, headers }: PlainRequest,
  { loopbackOnly }: { loopbackOnly: boolean },
): string | undefined {
  const hostname = hostnameOf(origin);
  if (loopbackOnly && !isLoopback(hostname ?? "")) return "the Host header names no loopback address";
  const page = headers.origin;
  if (page === undefined || method === "GET" || !path.startsWith("/_emulator/")) return undefined;
  const from = hostnameOf(page);
  if (from !== undefined && (from === hostname || isLoopback(from))) return undefined;
  return "a page of another site may not change the emulator";
}
