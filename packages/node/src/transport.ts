import type { Duplex } from "node:stream";
import type { Transport, WireReply, WireRequest } from "@intercom-events/core";
import type { buildConnector, Client, Dispatcher } from "undici";
import { connectorOf } from "./connector.ts";
import { createProxyDispatcher, proxyVariablesOf } from "./environment-proxy.ts";
import { exchange, type LastUse, type SplitUrl } from "./exchange.ts";
import { OuterContext } from "./outer-context.ts";

/** Largest reply that is read, in bytes: a full page of events is far below, an endless body is not. */
const MAX_REPLY = 8 * 1024 * 1024;

/**
 * Milliseconds that each address of a host has to be connected to before Node.js gives it up for the next one. By
 * default these are 250, too few for a slow network (nodejs/node issue 54359); events can wait longer for the right one.
 */
const ADDRESS_TIMEOUT = 2000;

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
 * Sends requests through a pool of keep-alive connections of undici, which follows no redirects and repeats
 * nothing, and through the proxy that Node.js was told to take. Bun puts a stand-in in the place of undici that
 * cannot send; there it is Bun's own fetch, with a pool of its own.
 */
export function createNodeTransport(options: NodeTransportOptions): NodeTransport {
  const outside = new OuterContext();
  const split = createSplitter();
  const { connections, keepAlive } = options;
  const pools = new Map<string, OpenPool>();
  const left = new Set<Dispatcher>();
  const connecting = new Set<Duplex>();
  let modules: Modules | undefined;
  let { warn } = options;

  /**
   * A program that was frozen (AWS Lambda between two invocations, a laptop asleep) may send before its timers have
   * ended what was idle meanwhile. The other side may have forgotten these connections and would never answer.
   */
  function poolOf(origin: string, loaded: Modules): OpenPool {
    const open = pools.get(origin);
    if (open && Date.now() - open.lastUse.at <= keepAlive) return open;
    if (open) leave(open.pool);
    const made = { pool: createPool(origin, loaded), lastUse: { at: 0 } };
    pools.set(origin, made);
    return made;
  }

  /** Has a pool end its connections: at once those that are idle, and those in use after their replies. */
  function leave(pool: Dispatcher): void {
    left.add(pool);
    pool.close().then(
      () => left.delete(pool),
      () => left.delete(pool),
    );
  }

  function createPool(origin: string, { undici, connect, http, https }: Modules): Dispatcher {
    const { Client, Pool } = undici;
    const connectOutside = outside.bind(connectorOf(connect, connecting));
    const each = { ...clientOptionsOf(keepAlive), connect: connectOutside };
    const variables = proxyVariablesOf((origin.startsWith("https:") ? https : http).globalAgent);
    let pool: Dispatcher;
    // Between two requests on a connection the event loop turns once; where all connections of a pool are in use, once more.
    if (variables === undefined)
      pool = connections === 1 ? new Client(origin, each) : new Pool(origin, { ...each, connections });
    else pool = createProxyDispatcher(undici, variables, { ...each, connections, connecting });
    return withHandlersOf6(undici, pool);
  }

  /** Loads undici with the first call: it sets a global dispatcher, and importing this package sets nothing. */
  async function loadAndSend(request: WireRequest): Promise<WireReply> {
    try {
      modules = await load();
    } catch (error) {
      warn(`intercom-events: Cannot load undici: ${error}`);
      warn = () => undefined; // Each call tries again.
      throw error;
    }
    request.signal?.throwIfAborted(); // Nobody would hear of what is sent now, or could end it.
    return sendThrough(modules, request);
  }

  function sendThrough(loaded: Modules, request: WireRequest): Promise<WireReply> {
    if (typeof loaded.undici.Pool.prototype.dispatch !== "function") return sendByFetch(request);
    const { origin, path } = split(request.url);
    const { pool, lastUse } = poolOf(origin, loaded);
    return exchange({ pool, lastUse, origin, path }, request);
  }

  function sendNow(request: WireRequest): Promise<WireReply> {
    return modules ? sendThrough(modules, request) : loadAndSend(request);
  }

  return {
    // Whoever reads waits for it, so that it does belong to what they do.
    send: (request) =>
      request.method === "GET" ? sendNow(request) : outside.runInAsyncScope(sendNow, undefined, request),
    async close() {
      const all = [...left, ...[...pools.values()].map(({ pool }) => pool)];
      const ended = all.map((pool) => pool.destroy());
      // Pools leave those to their own time, which keeps the process alive.
      for (const socket of connecting) socket.destroy();
      await Promise.all(ended);
    },
  };
}

/** Connections to one host. */
interface OpenPool {
  readonly pool: Dispatcher;
  readonly lastUse: LastUse;
}

/** What is loaded with the first call; undici loads the modules of Node.js itself. */
interface Modules {
  readonly undici: typeof import("undici");
  /** One for all pools, as it keeps the sessions of TLS. */
  readonly connect: buildConnector.connector;
  readonly http: typeof import("node:http");
  readonly https: typeof import("node:https");
}

async function load(): Promise<Modules> {
  const [undici, { default: http }, { default: https }, { default: net }] = await Promise.all([
    import("undici"),
    import("node:http"),
    import("node:https"),
    import("node:net"),
  ]);
  // Bun's stand-in has none.
  const connect = undici.buildConnector?.({
    allowH2: false,
    autoSelectFamilyAttemptTimeout: Math.max(ADDRESS_TIMEOUT, net.getDefaultAutoSelectFamilyAttemptTimeout()),
  });
  return { undici, connect, http, https };
}

function clientOptionsOf(keepAlive: number): Client.Options {
  return {
    keepAliveTimeout: keepAlive,
    keepAliveMaxTimeout: keepAlive, // Else a server that offers more gets more, up to ten minutes.
    // A POST on a connection with another one before it may be lost with it.
    pipelining: 1,
    allowH2: false, // As undici 8 would.
    maxResponseSize: MAX_REPLY,
    // The client has one deadline for all of a call.
    headersTimeout: 0,
    bodyTimeout: 0,
  };
}

/** What undici 8 has besides. */
interface Undici8 {
  readonly Dispatcher1Wrapper?: new (dispatcher: Dispatcher) => Dispatcher;
}

/** A dispatcher that takes handlers with the methods of undici 6, as undici 7 does by itself. */
function withHandlersOf6(undici: typeof import("undici") & Undici8, pool: Dispatcher): Dispatcher {
  return undici.Dispatcher1Wrapper ? new undici.Dispatcher1Wrapper(pool) : pool;
}

function sendByFetch({ method, url, headers, body, signal }: WireRequest): Promise<Response> {
  // A followed redirect could carry the token to another host.
  return fetch(url, { method, headers, body: body ?? null, signal: signal ?? null, redirect: "manual" });
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
