/** Imports packages, in a process that has imported nothing else of the kind: `node tools/bench/import-child.ts <package …>`. */
import { answer } from "./child.ts";

/** What an import took. */
export interface ImportFound {
  /** Milliseconds. */
  readonly time: number;
  /** Bytes by which the process has grown. */
  readonly rss: number;
  /** Bytes on the heap, garbage collected. */
  readonly heap: number;
}

async function measure(): Promise<ImportFound> {
  globalThis.gc?.();
  const { rss, heapUsed } = process.memoryUsage();
  const before = performance.now();
  for (const specifier of process.argv.slice(2)) await import(specifier);
  const time = performance.now() - before;
  const after = process.memoryUsage();
  globalThis.gc?.();
  return { time, rss: after.rss - rss, heap: process.memoryUsage().heapUsed - heapUsed };
}

answer(measure);
