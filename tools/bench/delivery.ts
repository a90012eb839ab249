/**
 * CPU time of one delivered event on loopback: the Node client beside bare `undici.request` and the
 * official `intercom-client`, interleaved in one run against a server in a process of its own.
 *
 * node tools/bench/delivery.ts [events a round] [rounds]
 */
import { type ChildProcess, fork } from "node:child_process";
import { once } from "node:events";
import { createClient, monetaryAmount } from "@intercom-events/node";
import { IntercomClient } from "intercom-client";
import { Agent, request } from "undici";

const IN_FLIGHT = 64;
const [events = 10_000, rounds = 7] = process.argv.slice(2).map(Number);
const TOKEN = "bench-token";

/** Sends so many events and ends when each has its reply. */
type Send = (url: string, count: number) => Promise<void>;

/** Runs a call so often, so many at a time. */
async function inFlight(count: number, call: (index: number) => Promise<unknown>): Promise<void> {
  let next = 0;
  await Promise.all(
    Array.from({ length: IN_FLIGHT }, async () => {
      while (next < count) await call(next++);
    }),
  );
}

const contenders: Readonly<Record<string, Send>> = {
  "undici.request": async (url, count) => {
    const dispatcher = new Agent({ connections: IN_FLIGHT, pipelining: 1 });
    const headers = {
      authorization: `Bearer ${TOKEN}`,
      "content-type": "application/json",
      accept: "application/json",
    };
    await inFlight(count, async (index) => {
      const body = JSON.stringify({
        user_id: "314159",
        event_name: "placed-order",
        created_at: Math.floor(Date.now() / 1000),
        metadata: { order_number: index, order_date: 1392036272, price: { amount: 34999, currency: "eur" } },
      });
      const reply = await request(`${url}/events`, { method: "POST", headers, body, dispatcher });
      if (reply.statusCode !== 202) throw new Error(`status ${reply.statusCode}`);
      await reply.body.text();
    });
    await dispatcher.close();
  },
  "@intercom-events/node": async (url, count) => {
    const client = createClient({ token: TOKEN, baseUrl: url, concurrency: IN_FLIGHT });
    await inFlight(count, async (index) => {
      const outcome = await client.track({
        userId: "314159",
        eventName: "placed-order",
        metadata: { order_number: index, order_date: 1392036272, price: monetaryAmount(34999, "eur") },
      });
      if (outcome.status !== "accepted") throw new Error(JSON.stringify(outcome));
    });
    await client.close();
  },
  "intercom-client": async (url, count) => {
    const client = new IntercomClient({ token: TOKEN, environment: url });
    await inFlight(count, async (index) => {
      // Its types allow only strings as metadata; the shape on the wire is the same as above.
      const metadata = {
        order_number: index,
        order_date: 1392036272,
        price: { amount: 34999, currency: "eur" },
      } as never;
      await client.events.create({
        user_id: "314159",
        event_name: "placed-order",
        created_at: Math.floor(Date.now() / 1000),
        metadata,
      });
    });
  },
};

async function startServer(): Promise<{ server: ChildProcess; url: string }> {
  const server = fork(new URL("server.ts", import.meta.url), { stdio: ["ignore", "pipe", "inherit", "ipc"] });
  if (!server.stdout) throw new Error("The server has no output");
  const [port] = await once(server.stdout, "data");
  return { server, url: `http://127.0.0.1:${String(port).trim()}` };
}

const median = (values: number[]): number =>
  values.toSorted((a, b) => a - b)[values.length >> 1] ?? Number.NaN;

const { server, url } = await startServer();
const micros: Record<string, number[]> = {};
for (let round = -1; round < rounds; round += 1) {
  for (const [name, send] of Object.entries(contenders)) {
    const before = process.cpuUsage();
    await send(url, round < 0 ? 2000 : events); // The first round only warms up.
    const { user, system } = process.cpuUsage(before);
    if (round >= 0) micros[name] = [...(micros[name] ?? []), (user + system) / events];
  }
}
server.disconnect();

const base = median(micros["undici.request"] ?? []);
console.table(
  Object.entries(micros).map(([name, values]) => ({
    client: name,
    "CPU µs per event (median)": median(values).toFixed(1),
    spread: `${Math.min(...values).toFixed(1)} to ${Math.max(...values).toFixed(1)}`,
    "times undici.request": (median(values) / base).toFixed(2),
  })),
);
