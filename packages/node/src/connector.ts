import type { Duplex } from "node:stream";
import type { buildConnector } from "undici";

/** Connects as a pool does by itself, and names in a set what is not ready yet. */
export function connectorOf(
  connect: buildConnector.connector,
  connecting: Set<Duplex>,
): buildConnector.connector {
  return (to, done) => {
    // Its type does not say what it returns.
    const socket = connect(to, (...result) => {
      connecting.delete(socket);
      done(...result);
    }) as unknown as Duplex;
    connecting.add(socket);
  };
}
