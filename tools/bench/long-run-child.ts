/** Sends a great many events through an outbox: `node tools/bench/long-run-child.ts <server> <events>`. */
import { existsSync, statSync } from "node:fs";
import { join } from "node:path";
import { setTimeout } from "node:timers/promises";
import { createClient, sqliteOutbox } from "@intercom-events/node";
import { answer } from "./child.ts";
import { EVENT_NAME, metadataOf, TOKEN } from "./sample-event.ts";
import { temporaryFolder } from "./temporary-folder.ts";

/** Events tracked in one go; the next ones follow when the last of them is stored. */
const CHUNK = 500;

/** Milliseconds between two looks at memory. */
const SAMPLE = 500;

/** The process at one moment. */
export interface Sample {
  /** Seconds since the start. */
  readonly at: number;
  readonly tracked: number;
  readonly accepted: number;
  /** Megabytes. */
  readonly rss: number;
  readonly heap: number;
  readonly file: number;
  readonly log: number;
}

/** What a run came to. */
export interface LongRunFound {
  /** Seconds since the start at which each tenth of the events was accepted. */
  readonly tenths: readonly number[];
  /** Seconds it took to track, and store, all of them. */
  readonly trackedAfter: number;
  /** Seconds of CPU time. */
  readonly cpu: number;
  readonly samples: readonly Sample[];
}

const [url = "", count = ""] = process.argv.slice(2);
const events = Number(count);
const path = join(temporaryFolder(), "events.db");
const megabytes = (bytes: number): number => Number((bytes / 2 ** 20).toFixed(1));
const sizeOf = (file: string): number => (existsSync(file) ? megabytes(statSync(file).size) : 0);

async function run(): Promise<LongRunFound> {
  const client = createClient({ token: TOKEN, baseUrl: url, outbox: sqliteOutbox({ path }) });
  const start = performance.now();
  const now = (): number => Number(((performance.now() - start) / 1000).toFixed(3));
  const samples: Sample[] = [];
  const tenths: number[] = [];
  let tracked = 0;
  let accepted = 0;
  client.on("outcome", ({ outcome }) => {
    if (outcome.status !== "accepted") throw new Error(JSON.stringify(outcome));
    accepted += 1;
    if (accepted % (events / 10) === 0) tenths.push(now());
  });

  function sample(): void {
    const { rss, heapUsed } = process.memoryUsage();
    samples.push({
      at: now(),
      tracked,
      accepted,
      rss: megabytes(rss),
      heap: megabytes(heapUsed),
      file: sizeOf(path),
      log: sizeOf(`${path}-wal`),
    });
  }
  const sampling = setInterval(sample, SAMPLE);

  while (tracked < events) {
    let stored: Promise<boolean> | undefined;
    for (const end = Math.min(events, tracked + CHUNK); tracked < end; tracked += 1) {
      const userId = `user-${tracked}`;
      stored = client.track({ userId, eventName: EVENT_NAME, metadata: metadataOf(tracked) }).stored;
    }
    if ((await stored) === false) throw new Error("An event was not stored");
  }
  const trackedAfter = now();
  while (accepted < events) await setTimeout(SAMPLE / 5);
  clearInterval(sampling);
  sample();
  const { user, system } = process.cpuUsage();
  await client.close();
  return { tenths, trackedAfter, cpu: (user + system) / 1e6, samples };
}

answer(run);
