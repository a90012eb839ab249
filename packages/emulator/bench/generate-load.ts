/**
 * Posts events to an emulator over raw sockets, so that the generator costs little of what is measured.
 *
 *     node generate-load.ts --port N --requests N [--connections N] [--pipelined N] [--contacts N] [--from N]
 *
 * Prints one line of JSON: accepted replies, others by status, and the seconds it took.
 */
import { connect, type Socket } from "node:net";
import { parseArgs } from "node:util";

const flags = {
  port: { type: "string", default: "4010" },
  requests: { type: "string", default: "50000" },
  connections: { type: "string", default: "32" },
  pipelined: { type: "string", default: "1" },
  contacts: { type: "string", default: "1000" },
  from: { type: "string", default: "0" },
} as const;

const { values } = parseArgs({ options: flags });
const [port, requests, connections, pipelined, contacts, from] = Object.keys(flags).map((name) =>
  Number(values[name as keyof typeof flags]),
) as [number, number, number, number, number, number];

/** No two requests are equal to the emulator: contact and second differ, or the name. */
function requestBytes(number: number): string {
  const body = JSON.stringify({
    event_name: `event-${number % 100}`,
    created_at: 1_700_000_000 + Math.floor(number / contacts),
    user_id: `user-${number % contacts}`,
    metadata: { order_number: number, price: { amount: 1999, currency: "eur" }, source: "load" },
  });
  return (
    `POST /events HTTP/1.1\r\nHost: 127.0.0.1:${port}\r\nAuthorization: Bearer load\r\n` +
    "Accept: application/json\r\nContent-Type: application/json\r\nUser-Agent: load\r\n" +
    `Content-Length: ${Buffer.byteLength(body)}\r\n\r\n${body}`
  );
}

let next = from;
const end = from + requests;
const statuses: Record<string, number> = {};

/** Keeps `pipelined` requests under way on one connection until there are no more. */
function run(socket: Socket): Promise<void> {
  return new Promise((resolve, reject) => {
    let underWay = 0;
    let rest = "";
    function send(): void {
      let bytes = "";
      while (underWay < pipelined && next < end) {
        bytes += requestBytes(next);
        next += 1;
        underWay += 1;
      }
      if (bytes) socket.write(bytes);
      if (underWay === 0) socket.end();
    }
    socket.setEncoding("latin1").setNoDelay(true);
    socket.on("connect", send);
    socket.on("data", (text: string) => {
      rest += text;
      // An accepted event is answered without a body: the head's end is the reply's.
      for (let at = rest.indexOf("\r\n\r\n"); at >= 0; at = rest.indexOf("\r\n\r\n")) {
        const status = rest.slice(9, 12);
        statuses[status] = (statuses[status] ?? 0) + 1;
        const length = Number(/content-length: (\d+)/i.exec(rest.slice(0, at))?.[1] ?? 0);
        rest = rest.slice(at + 4 + length);
        underWay -= 1;
      }
      send();
    });
    socket.on("close", () => resolve());
    socket.on("error", reject);
  });
}

const start = performance.now();
await Promise.all(Array.from({ length: connections }, () => run(connect(port, "127.0.0.1"))));
const seconds = (performance.now() - start) / 1000;
const { user, system } = process.cpuUsage();
const cpuSeconds = (user + system) / 1e6;
console.log(JSON.stringify({ accepted: statuses["202"] ?? 0, statuses, seconds, cpuSeconds }));
