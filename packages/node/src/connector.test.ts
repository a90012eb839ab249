import { once } from "node:events";
import { type AddressInfo, createServer } from "node:net";
import type { Duplex } from "node:stream";
import { buildConnector } from "undici";
import { expect, test } from "vitest";
import { connectorOf } from "./connector.ts";

test.each(["ready", "refused"])("a connection that is %s is not kept any longer", async (end) => {
  const server = createServer((socket) => socket.resume()).listen(0, "127.0.0.1");
  await once(server, "listening");
  const { port } = server.address() as AddressInfo;
  if (end === "refused") await new Promise((resolve) => server.close(resolve));
  const connecting = new Set<Duplex>();
  const connect = connectorOf(buildConnector({}), connecting);
  const to = { hostname: "127.0.0.1", port: String(port), protocol: "http:" };
  const ended = new Promise<Duplex | null | undefined>((resolve) => {
    connect(to, (_, socket) => resolve(socket));
    expect(connecting.size).toBe(1);
  });
  const socket = await ended;
  expect(Boolean(socket)).toBe(end === "ready");
  expect(connecting.size).toBe(0);
  socket?.destroy();
  server.close();
});
