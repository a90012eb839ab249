import type { Socket } from "node:net";
import type { Transport, WireReply, WireRequest } from "@intercom-events/core";
import type { buildConnector, Client, Dispatcher } from "undici";
import { exchange } from "./exchange.ts";

/** Largest reply that is read, in bytes: a full page of events is far below, an endless body is not. */
const MAX_REPLY = 8 * 1024 * 1024;

/** A transport, and the end of its connections. */
export interface NodeTransport {
  readonly send: Transport;
  /** Ends its connections, those in use as well. */
  readonly close: () => Promise<void>;
}

/** What the connections of a transport are like. */
export interface NodeTransportOptions {
  /** Connections at most to one host. */
  readonly connections: number;
  /** Milliseconds an idle connection is kept, unless the server says less. */
  readonly keepAlive: number;
  /** Told, once, why undici cannot be loaded: no request can be sent then. */
  readonly warn: (message: string) => void;
}

/**
 * Sends requests through a pool of keep-alive connections of undici, which follows no redirects and
 * repeats nothing. Bun puts a stand-in in the place of undici that cannot send; there it is Bun's own
 * fetch, with a pool of its own.
 */
export function createNodeTransport(options: NodeTransportOptions): NodeTransport {
  const split = createSplitter();
  const pools = new Map<string, Dispatcher>();
  const connecting = new Set<Socket>();
  let undici: typeof import("undici") | undefined;
  let { warn } = options;

  function poolOf(origin: string, { Client, Pool, buildConnector }: typeof import("undici")): Dispatcher {
    let pool = pools.get(origin);
    if (pool !== undefined) return pool;
    const { connections, keepAlive } = options;
    const each = { ...clientOptionsOf(keepAlive), connect: connectorOf(buildConnector({}), connecting) };
    // Between two requests on a connection the event loop turns once; where all connections of a pool are in use, once more.
    pool = connections === 1 ? new Client(origin, each) : new Pool(origin, { ...each, connections });
    pools.set(origin, pool);
    return pool;
  }

  /** Loads undici with the first call: it sets a global dispatcher, and importing this package sets nothing. */
  async function loadAndSend(request: WireRequest): Promise<WireReply> {
    try {
      undici = await import("undici");
    } catch (error) {
      warn(`intercom-events: Cannot load undici: ${error}`);
      warn = () => undefined; // Each call tries again.
      throw error;
    }
    request.signal?.throwIfAborted(); // Nobody would hear of what is sent now, or could end it.
    return sendThrough(undici, request);
  }

  function sendThrough(loaded: typeof import("undici"), request: WireRequest): Promise<WireReply> {
    if (typeof loaded.Pool.prototype.dispatch !== "function") return sendByFetch(request);
    const { origin, path } = split(request.url);
    return exchange(poolOf(origin, loaded), path, request);
  }

  return {
    send: (request) => (undici ? sendThrough(undici, request) : loadAndSend(request)),
    async close() {
      const ended = [...pools.values()].map((pool) => pool.destroy());
      // Pools leave those to their own time, which keeps the process alive.
      for (const socket of connecting) socket.destroy();
      await Promise.all(ended);
    },
  };
}

function clientOptionsOf(keepAlive: number): Client.Options {
  return {
    keepAliveTimeout: keepAlive,
    keepAliveMaxTimeout: keepAlive, // Else a server that offers more gets more, up to ten minutes.
    // A POST on a connection with another one before it may be lost with it.
    pipelining: 1,
    maxResponseSize: MAX_REPLY,
    // The client has one deadline for all of a call.
    headersTimeout: 0,
    bodyTimeout: 0,
  };
}

/** Connects as a pool does by itself, and names in a set what is not ready yet. */
function connectorOf(connect: buildConnector.connector, connecting: Set<Socket>): buildConnector.connector {
  return (to, done) => {
    // Its type does not say what it answers.
    const socket = connect(to, (...result) => {
      connecting.delete(socket);
      done(...result);
    }) as unknown as Socket;
    connecting.add(socket);
  };
}

function sendByFetch({ method, url, headers, body, signal }: WireRequest): Promise<Response> {
  // A followed redirect could carry the token to another host.
  return fetch(url, { method, headers, body: body ?? null, signal: signal ?? null, redirect: "manual" });
}

/** An address in the two parts undici wants. */
interface SplitUrl {
  readonly origin: string;
  readonly path: string;
}

/** Splits addresses and keeps the last one, as nearly all calls go to the same. */
function createSplitter(): (url: string) => SplitUrl {
  let last = "";
  let parts: SplitUrl = { origin: "", path: "" };
  return (url) => {
    if (url !== last) {
      const { origin, pathname, search } = new URL(url);
      parts = { origin, path: pathname + search };
      last = url;
    }
    return parts;
  };
}
