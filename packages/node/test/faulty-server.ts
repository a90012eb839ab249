import { once } from "node:events";
import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import type { AddressInfo, Socket } from "node:net";
import type { Emulator } from "@intercom-events/emulator";

/** One request to a {@link startFaultyServer | faulty server}. */
export interface FaultyCall {
  readonly request: IncomingMessage;
  readonly response: ServerResponse;
  readonly body: string;
  /** How many requests came before it. */
  readonly number: number;
  /** Has the emulator process the request, and answers nothing. */
  process(): Promise<void>;
  /** Has the emulator process it, and answers what the emulator says. */
  pass(): Promise<void>;
}

/** A server in front of an emulator. */
export interface FaultyServer {
  readonly url: string;
  readonly port: number;
  /** Bodies of all requests, oldest first. */
  readonly bodies: readonly string[];
  close(): Promise<void>;
}

/**
 * Stands in front of an emulator, for faults of which a reply is no part.
 *
 * @param answer answers a request, or leaves it without an answer
 * @param port 0 for any that is free
 */
export async function startFaultyServer(
  emulator: Emulator,
  answer: (call: FaultyCall) => unknown,
  port = 0,
): Promise<FaultyServer> {
  const bodies: string[] = [];
  const sockets = new Set<Socket>();

  async function receive(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const body = (await request.setEncoding("utf8").toArray()).join("");
    const ask = () =>
      emulator.fetch(
        new Request(`http://127.0.0.1${request.url}`, {
          method: request.method ?? "GET",
          headers: request.headers as Record<string, string>,
          ...(body !== "" && { body }),
        }),
      );
    await answer({
      request,
      response,
      body,
      number: bodies.push(body) - 1,
      process: async () => void (await ask()),
      async pass() {
        const reply = await ask();
        response.sendDate = false;
        response.writeHead(reply.status, Object.fromEntries(reply.headers)).end(await reply.text());
      },
    });
  }

  const server = createServer((request, response) => {
    receive(request, response).catch(() => request.socket.destroy()); // The client has given up.
  });
  server.keepAliveTimeout = 60_000;
  server.on("connection", (socket) => {
    socket.on("error", () => undefined);
    sockets.add(socket.once("close", () => sockets.delete(socket)));
  });
  server.listen(port, "127.0.0.1");
  await once(server, "listening");
  const address = server.address() as AddressInfo;
  return {
    url: `http://127.0.0.1:${address.port}`,
    port: address.port,
    bodies,
    async close() {
      const closed = once(server, "close");
      server.close();
      for (const socket of sockets) socket.destroy();
      await closed;
    },
  };
}

/** A port of this machine on which nobody listens. */
export async function freePort(): Promise<number> {
  const server = createServer().listen(0, "127.0.0.1");
  await once(server, "listening");
  const { port } = server.address() as AddressInfo;
  server.close();
  await once(server, "close");
  return port;
}
