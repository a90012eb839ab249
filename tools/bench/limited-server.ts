/**
 * The emulator with an allowance, and what became of the requests of each window:
 *
 *     node tools/bench/limited-server.ts <requests a window>
 */
import { createEmulator } from "@intercom-events/emulator";
import { answer } from "./child.ts";

/** Milliseconds of a rate window of Intercom. */
const WINDOW = 10_000;

/** Requests of one window. */
export interface RateWindow {
  readonly accepted: number;
  /** Those answered with 429. */
  readonly refused: number;
}

const emulator = createEmulator({ rateLimit: Number(process.argv[2]), retainRequests: 1_000_000 });
const { url } = await emulator.listen();

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

answer((question: "url" | Parameters<typeof count>[0]) => (question === "url" ? url : count(question)));
