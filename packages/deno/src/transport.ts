import type { Transport } from "@intercom-events/core";

/** Largest reply that is read, in bytes: a full page of events is far below, an endless body is not. */
const MAX_REPLY = 8 * 1024 * 1024;

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
      const response = await fetch(url, {
        method,
        headers,
        body: body ?? null,
        signal: signal ?? null,
        // A followed redirect could carry the token to another host.
        redirect: "manual",
        ...(client && { client }),
      });
      return { status: response.status, headers: response.headers, text: () => readText(response.body) };
    },
    close: () => client?.close(),
  };
}

/** @throws {RangeError} for a body that is longer than any that is meant */
async function readText(body: ReadableStream<Uint8Array<ArrayBuffer>> | null): Promise<string> {
  const decoder = new TextDecoder();
  let [text, size] = ["", 0];
  for await (const part of body ?? []) {
    size += part.length;
    if (size > MAX_REPLY) throw new RangeError(`The reply has more than ${MAX_REPLY} bytes`);
    text += decoder.decode(part, { stream: true });
  }
  return text + decoder.decode();
}
