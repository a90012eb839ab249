/** Measures one client: `node tools/bench/delivered-child.ts <client> <server>`. */
import { answer } from "./child.ts";
import { senders } from "./senders.ts";

/** What it took to send one event, in microseconds. */
export interface DeliveredRound {
  readonly cpu: number;
  readonly wall: number;
}

/** How much is sent, and how much of it at the same time. */
export interface DeliveredQuestion {
  readonly events: number;
  readonly inFlight: number;
}

const [name = "", url = ""] = process.argv.slice(2);
let next = 0;

/** Sends so many events, and ends when each has its reply. */
async function round({ events, inFlight }: DeliveredQuestion): Promise<DeliveredRound> {
  const sender = senders[name]?.(url, inFlight);
  if (sender === undefined) throw new Error(`There is no sender "${name}"`);
  const end = next + events;
  const cpuBefore = process.cpuUsage();
  const before = performance.now();
  await Promise.all(
    Array.from({ length: inFlight }, async () => {
      while (next < end) await sender.send(next++);
    }),
  );
  await sender.close();
  const { user, system } = process.cpuUsage(cpuBefore);
  return { cpu: (user + system) / events, wall: ((performance.now() - before) * 1000) / events };
}

answer(round);
