import { OutboxError } from "@intercom-events/core";
import { type Kv, openDenoKv } from "./deno-kv.ts";
import { keys, readTotals } from "./kv-layout.ts";
import { untilFree } from "./kv-store.ts";

/**
 * Opens a store that outlives the process.
 *
 * @param path the file; without one the store that Deno keeps for the program
 * @param timeout milliseconds to try for while other processes use it
 * @throws {OutboxError} code `unsupported` where Deno has no KV, or keeps it in memory
 */
export async function openKvStore(path: string | undefined, timeout: number): Promise<Kv> {
  const open = (): Promise<Kv> => untilFree(timeout, async () => ({ value: await openDenoKv(path) }));
  const kv = await open();
  try {
    if (path === undefined && (await untilFree(timeout, async () => ({ value: await isInMemory(kv, open) }))))
      throw new OutboxError(
        "unsupported",
        'Cannot open outbox: Deno has only a store in memory for this program; give the "path" of a file',
      );
    return kv;
  } catch (error) {
    kv.close();
    throw error;
  }
}

/**
 * Whether the store that Deno has chosen is in memory, as in a Worker (and in what Deno compiled before
 * https://github.com/denoland/deno/pull/34618), of which it says nothing: another connection has another one then.
 */
async function isInMemory(kv: Kv, openOther: () => Promise<Kv>): Promise<boolean> {
  const { versionstamp } = await kv.get(keys.totals);
  if (versionstamp !== null) return false; // It was there before.
  await kv.atomic().check({ key: keys.totals, versionstamp }).set(keys.totals, readTotals(null)).commit();
  const other = await openOther();
  try {
    return (await other.get(keys.totals)).versionstamp === null;
  } finally {
    other.close();
  }
}
