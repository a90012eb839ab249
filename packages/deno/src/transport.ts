import type { Transport } from "@intercom-events/core";

/** A transport, and the end of its connections. */
export interface DenoTransport {
  readonly send: Transport;
  /** Ends its connections, those in use as well. */
  readonly close: () => void;
}

/**
 * Sends requests with Deno's own fetch and a pool of connections of its own. It needs no permission
 * but `--allow-net` for the host.
 *
 * @param idleConnections connections kept open at most for the next event
 */
export function createDenoTransport(idleConnections: number): DenoTransport {
  let client: ReturnType<typeof Deno.createHttpClient> | undefined;
  return {
    async send({ method, url, headers, body, signal }) {
      // Where Deno is hosted it may be missing; fetch has a pool all the same.
      client ??= Deno.createHttpClient?.({ poolMaxIdlePerHost: idleConnections });
      return fetch(url, {
        method,
        headers,
        body: body ?? null,
        signal: signal ?? null,
        // A followed redirect could carry the token to another host.
        redirect: "manual",
        ...(client && { client }),
      });
    },
    close: () => client?.close(),
  };
}
