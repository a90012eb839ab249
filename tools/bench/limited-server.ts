/**
 * The emulator with an allowance, as far away as a server on another continent, and what became of the requests of
 * each window:
 *
 *     node tools/bench/limited-server.ts <requests a window>
 */
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { setTimeout } from "node:timers/promises";
import { createEmulator } from "@intercom-events/emulator";
import { toNodeHandler } from "@intercom-events/relay/node";
import { answer } from "./child.ts";

/** Milliseconds of a rate window of Intercom. */
const WINDOW = 10_000;

/** Requests of one window. */
export interface RateWindow {
  readonly accepted: number;
  /** Those answered with 429. */
  readonly refused: number;
}

/** Milliseconds that half of the replies take at most, there and back. */
const MEDIAN = 150;

/** Of the normal distribution that the logarithms of these times have: 1 in 100 takes three times as long as the median. */
const SIGMA = 0.5;

const emulator = createEmulator({ rateLimit: Number(process.argv[2]), retainRequests: 1_000_000 });

const server = createServer(
  toNodeHandler({
    async fetch(request) {
      const oneWay = drawDuration() / 2;
      await setTimeout(oneWay);
      // A program is ended in the middle of its requests.
      const response = await emulator.fetch(request).catch(() => Response.error());
      await setTimeout(oneWay);
      return response;
    },
  }),
);

/** Milliseconds a reply takes. */
function drawDuration(): number {
  const normal = Math.sqrt(-2 * Math.log(1 - Math.random())) * Math.cos(2 * Math.PI * Math.random());
  return MEDIAN * Math.exp(SIGMA * normal);
}

/** Counts requests of so many windows from a time on. */
function count({ start, windows }: { start: number; windows: number }): RateWindow[] {
  const counts = Array.from({ length: windows }, () => ({ accepted: 0, refused: 0 }));
  for (const { at, status } of emulator.requests()) {
    const window = counts[Math.floor((at - start) / WINDOW)];
    if (status === 202 && window) window.accepted += 1;
    if (status === 429 && window) window.refused += 1;
  }
  return counts;
}

server.listen(0, "127.0.0.1", () => {
  const { port } = server.address() as AddressInfo;
  answer((question: "url" | Parameters<typeof count>[0]) =>
    question === "url" ? `http://127.0.0.1:${port}` : count(question),
  );
});
