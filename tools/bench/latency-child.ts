/** Measures one client: `node tools/bench/latency-child.ts <client> <server>`. */
import { answer } from "./child.ts";
import { senders } from "./senders.ts";
import { percentile } from "./summarize.ts";

/** Microseconds from the call until its end. */
export interface LatencyRound {
  readonly p50: number;
  readonly p99: number;
}

const [name = "", url = ""] = process.argv.slice(2);
// As many as our client sends by default: that only one is under way is the caller's doing.
const sender = senders[name]?.(url, 64);
if (sender === undefined) throw new Error(`There is no sender "${name}"`);
let index = 0;

/** Sends so many events, one after the other. */
async function round(events: number): Promise<LatencyRound> {
  const times: number[] = [];
  for (let left = events; left > 0; left -= 1) {
    const before = process.hrtime.bigint();
    await sender?.send(index++);
    times.push(Number(process.hrtime.bigint() - before) / 1000);
  }
  return { p50: percentile(times, 50), p99: percentile(times, 99) };
}

answer(round);
