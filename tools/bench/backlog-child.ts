/** A client whose events wait: `node tools/bench/backlog-child.ts <server> [file of an outbox]`. */
import { statSync } from "node:fs";
import { setImmediate, setTimeout } from "node:timers/promises";
import { createClient, sqliteOutbox } from "@intercom-events/node";
import { answer } from "./child.ts";
import { EVENT_NAME, metadataOf, TOKEN } from "./sample-event.ts";

/** Events tracked in one go; the next ones follow when the last of them is stored. */
const CHUNK = 500;

/** Milliseconds of delivery that are measured at most: a great backlog would take minutes. */
const DRAIN = 5000;

/** What a question is about. */
export type BacklogQuestion =
  | { readonly task: "fill" | "drain"; readonly events: number }
  | { readonly task: "close" };

/** What it took to take in a backlog. */
export interface Filled {
  /** Events per second. */
  readonly rate: number;
  /** Bytes by which the process has grown, when it was largest. */
  readonly rss: number;
  /** Bytes by which the heap has grown, garbage collected. */
  readonly heap: number;
  /** Bytes on disk. */
  readonly disk: number;
}

/** What delivery came to. */
export interface Drained {
  /** Events per second after the first one. */
  readonly rate: number;
  /** Milliseconds from the start of this process to the first event that was accepted. */
  readonly first: number;
}

const [url = "", path] = process.argv.slice(2);
const NO_BOUND = 2 ** 40;
const client = createClient({
  token: TOKEN,
  baseUrl: url,
  timeout: 3_600_000,
  exitTimeout: 0,
  queue: { maxEvents: 10_000_000, maxBytes: NO_BOUND },
  outbox: path ? sqliteOutbox({ path, maxEvents: 10_000_000, maxBytes: NO_BOUND }) : undefined,
});
let accepted = 0;
let firstAt: number | undefined;
client.on("outcome", ({ outcome }) => {
  if (outcome.status !== "accepted") throw new Error(JSON.stringify(outcome));
  firstAt ??= performance.now();
  accepted += 1;
});

async function fill(events: number): Promise<Filled> {
  globalThis.gc?.();
  const { rss, heapUsed } = process.memoryUsage();
  const before = performance.now();
  for (let tracked = 0; tracked < events; ) {
    let stored: Promise<boolean> | undefined;
    for (const end = Math.min(events, tracked + CHUNK); tracked < end; tracked += 1) {
      const userId = `user-${tracked}`;
      stored = client.track({ userId, eventName: EVENT_NAME, metadata: metadataOf(tracked) }).stored;
    }
    if ((await stored) === false) throw new Error("An event was not stored");
    await setImmediate(); // As between two requests of a server.
  }
  const rate = (events * 1000) / (performance.now() - before);
  const peak = process.resourceUsage().maxRSS * 1024;
  globalThis.gc?.();
  const heap = process.memoryUsage().heapUsed - heapUsed;
  return { rate, rss: peak - rss, heap, disk: path ? bytesOf(path) + bytesOf(`${path}-wal`) : 0 };
}

function bytesOf(file: string): number {
  return statSync(file).size;
}

async function drain(events: number): Promise<Drained> {
  const end = performance.now() + DRAIN;
  while (accepted < events && performance.now() < end) await setTimeout(5);
  const first = firstAt ?? Number.NaN;
  return { rate: ((accepted - 1) * 1000) / (performance.now() - first), first };
}

answer((question: BacklogQuestion) => {
  if (question.task === "fill") return fill(question.events);
  return question.task === "drain"
    ? drain(question.events)
    : client.close({ timeout: 0 }).then(() => undefined);
});
