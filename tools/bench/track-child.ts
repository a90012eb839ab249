/** Measures the tracking call of one library: `node tools/bench/track-child.ts <library> <server>`. */
import { setImmediate } from "node:timers/promises";
import { answer } from "./child.ts";
import { median, percentile } from "./summarize.ts";
import { trackers } from "./trackers.ts";

/** Calls timed together: the clock costs more than nothing, and programs track between other work. */
const BATCH = 100;

/** Nanoseconds of one call. */
export interface TrackRound {
  readonly median: number;
  /** Median with what is done as soon as the caller's code has ended. */
  readonly tick: number;
  readonly p95: number;
}

const [name = "", url = ""] = process.argv.slice(2);
const tracker = await trackers[name]?.(url);
if (tracker === undefined) throw new Error(`There is no tracker "${name}"`);
let index = 0;

async function round(calls: number): Promise<TrackRound> {
  const perCall: number[] = [];
  const perCallAndTick: number[] = [];
  for (let done = 0; done < calls; done += BATCH) {
    const before = process.hrtime.bigint();
    for (let call = 0; call < BATCH; call += 1) tracker?.track(index++);
    perCall.push(Number(process.hrtime.bigint() - before) / BATCH);
    await undefined;
    perCallAndTick.push(Number(process.hrtime.bigint() - before) / BATCH);
    await tracker?.settle();
    await setImmediate(); // What is left of the work is not to fall into the next batch.
  }
  return { median: median(perCall), tick: median(perCallAndTick), p95: percentile(perCall, 95) };
}

answer(round);
