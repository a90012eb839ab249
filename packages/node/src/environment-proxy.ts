import type { Agent, AgentOptions } from "node:http";
import type { Duplex } from "node:stream";
import type { buildConnector, Dispatcher, Pool } from "undici";
import { connectorOf } from "./connector.ts";

/** Milliseconds that a proxy has to open a tunnel: as long as undici gives a host to be connected to. */
const TUNNEL_TIMEOUT = 10_000;

/** The variables that say which proxy to take; names in lower case win, as for Node.js. */
type ProxyVariables = Readonly<Record<string, string | undefined>>;

/** How connections are made, to the proxy or past it. */
interface ConnectionOptions extends Omit<Pool.Options, "connect"> {
  readonly connect: buildConnector.connector;
  /** Holds what is not ready yet, and tunnels until they end. */
  readonly connecting: Set<Duplex>;
}

/**
 * The variables that Node.js was told to take its proxy from, by `NODE_USE_ENV_PROXY=1`, `--use-env-proxy` or
 * `http.setGlobalProxyFromEnv` (Node.js, "Built-in Proxy Support"), and `undefined` if it was not or they name no
 * proxy. Before Node.js 24.5 its agent does not tell, and `NODE_USE_ENV_PROXY` counts by itself.
 */
export function proxyVariablesOf(globalAgent: Agent): ProxyVariables | undefined {
  // A program may have put anything in the agent's place.
  const proxyEnv = (globalAgent as (Agent & { options?: AgentOptions }) | undefined)?.options?.proxyEnv;
  const { env } = process;
  const variables = proxyEnv ?? (env.NODE_USE_ENV_PROXY === "1" ? env : {});
  return read(variables, "http_proxy") || read(variables, "https_proxy") ? variables : undefined;
}

/** Sends requests through the proxy that variables name, but not those to hosts of `NO_PROXY`. */
export function createProxyDispatcher(
  { EnvHttpProxyAgent, Pool }: typeof import("undici"),
  variables: ProxyVariables,
  { connecting, ...options }: ConnectionOptions,
): Dispatcher {
  try {
    return new EnvHttpProxyAgent({
      ...options,
      proxyTunnel: true, // Undici 8 does without for http:.
      httpProxy: read(variables, "http_proxy"),
      httpsProxy: read(variables, "https_proxy"),
      noProxy: read(variables, "no_proxy"),
      clientFactory: (origin, { connect }: { connect: buildConnector.connector }) => {
        const proxyOptions = { connect: connectorOf(connect, connecting), headersTimeout: TUNNEL_TIMEOUT };
        return createProxyPool(new Pool(origin, proxyOptions), connecting);
      },
    });
  } catch {
    // What undici throws holds the address, and that may hold a password.
    throw new TypeError("HTTP_PROXY, HTTPS_PROXY: Expected the address of a proxy, got one that is no URL");
  }
}

/**
 * Has each tunnel that cannot be opened fail the requests that wait for it, as undici 7 asks a proxy that hangs up
 * again at once, for ever (its issue 3897); and names in a set those that are open, which undici leaves to their own time.
 */
function createProxyPool(proxy: Pool, open: Set<Duplex>): Pool {
  const ask = proxy.connect.bind(proxy) as (
    options: Dispatcher.ConnectOptions,
  ) => Promise<Dispatcher.ConnectData>;
  async function connect(options: Dispatcher.ConnectOptions): Promise<Dispatcher.ConnectData> {
    try {
      const data = await ask(options);
      open.add(data.socket.on("close", () => open.delete(data.socket)));
      return data;
    } catch (error) {
      throw new Error(`Cannot connect through the proxy: ${(error as Error).message}`, { cause: error });
    }
  }
  return Object.assign(proxy, { connect });
}

function read(variables: ProxyVariables, name: string): string {
  return variables[name] ?? variables[name.toUpperCase()] ?? "";
}
