import { once } from "node:events";
import { createServer, type IncomingMessage } from "node:http";
import { type AddressInfo, connect, type Socket } from "node:net";
import type { Duplex } from "node:stream";

/** What a proxy does with those who ask for a tunnel. */
export type Treatment = "open" | "refuse" | "hang_up" | "say_nothing";

/** A proxy that runs. */
export interface StartedProxy {
  /** Its address, with a user and a password. */
  readonly url: string;
  /** What it was asked for: each a host with its port. */
  readonly tunnels: string[];
  /** What it was told of who asks. */
  readonly credentials: (string | undefined)[];
  /** All that went through it to the hosts. */
  readonly sent: () => string;
  /** Tunnels that are open. */
  readonly isOpen: () => boolean;
  readonly stop: () => void;
}

/** The user and the password that the address of each proxy holds. */
export const CREDENTIALS = "proxy-user:proxy-password";

/** Starts an HTTP proxy on loopback that opens tunnels, or does not. */
export async function startProxy(treatment: Treatment = "open"): Promise<StartedProxy> {
  const tunnels: string[] = [];
  const credentials: (string | undefined)[] = [];
  const sockets = new Set<Duplex>();
  let sent = "";

  function keep<T extends Duplex>(socket: T): T {
    sockets.add(socket);
    socket.on("error", () => undefined).on("close", () => sockets.delete(socket));
    return socket;
  }

  function tunnel({ url = "", headers }: IncomingMessage, client: Duplex): void {
    tunnels.push(url);
    credentials.push(headers["proxy-authorization"]);
    keep(client);
    if (treatment === "say_nothing") return;
    if (treatment === "hang_up") return void client.destroy();
    if (treatment === "refuse")
      return void client.end("HTTP/1.1 407 Proxy Authentication Required\r\ncontent-length: 0\r\n\r\n");
    const { hostname, port } = new URL(`http://${url}`);
    const host: Socket = keep(connect(Number(port), hostname, open));
    function open() {
      client.write("HTTP/1.1 200 Connection Established\r\n\r\n");
      client.on("data", (bytes: Buffer) => {
        sent += bytes.toString("latin1");
      });
      client.pipe(host).pipe(client);
    }
    client.on("close", () => host.destroy());
  }

  const server = createServer((_, response) => response.writeHead(501).end()).on("connect", tunnel);
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  return {
    url: `http://${CREDENTIALS}@127.0.0.1:${(server.address() as AddressInfo).port}`,
    tunnels,
    credentials,
    sent: () => sent,
    isOpen: () => sockets.size > 0,
    stop() {
      for (const socket of sockets) socket.destroy();
      server.close();
    },
  };
}
