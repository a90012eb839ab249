import { OutboxError } from "@intercom-events/core";
import type { Kv, KvEntry, KvKey } from "./deno-kv.ts";
import { type KvEdit, type KvEvent, type KvTotals, keys, readTotals } from "./kv-layout.ts";

/** Keys that `getMany` takes at once. */
const MANY = 10;

/** What takes longer, in milliseconds, was held up with the whole process, as where that was frozen, and tried nothing. */
const LONGEST_TRY = 250;

/** Decides what one commit changes; called again when another process was quicker. */
export type KvPlan<T> = (totals: KvTotals, edit: KvEdit) => Promise<T> | T;

/** A plan's answer, unless its commit came too late. */
type Attempt<T> = { readonly value: T } | undefined;

/**
 * Commits what a plan decides on, all of it or nothing, in one order with every other commit.
 *
 * @param timeout milliseconds to try for
 * @throws {OutboxError} code `failed` when others were quicker all that time
 */
export function commit<T>(kv: Kv, timeout: number, plan: KvPlan<T>): Promise<T> {
  return untilFree(timeout, async () => {
    const { value, versionstamp } = await kv.get(keys.totals);
    const totals = readTotals(value);
    const edit: KvEdit = { set: [], remove: [] };
    const result = await attempt(kv, versionstamp, () => plan(totals, edit));
    if (result === undefined || edit.set.length + edit.remove.length === 0) return result;
    const operation = kv.atomic().check({ key: keys.totals, versionstamp });
    // First, as what is removed may be set again.
    for (const key of edit.remove) operation.delete(key);
    for (const [key, set] of edit.set) operation.set(key, set);
    const { ok } = await operation.set(keys.totals, totals).commit();
    return ok ? result : undefined;
  });
}

/**
 * Tries until no other process is in the way: it was quicker, or holds the lock of the file, for which
 * Deno KV does not wait.
 *
 * @throws {OutboxError} code `failed` when the time is over
 */
export async function untilFree<T>(timeout: number, run: () => Promise<Attempt<T>>): Promise<T> {
  let tried = 0;
  for (let before = performance.now(); ; ) {
    try {
      const result = await run();
      if (result !== undefined) return result.value;
    } catch (error) {
      if (!isLocked(error)) throw error;
    }
    const now = performance.now();
    tried += Math.min(now - before, LONGEST_TRY);
    before = now;
    if (tried >= timeout) {
      throw new OutboxError("failed", `Cannot use outbox: others kept it busy for ${timeout} ms`);
    }
    // At random, so that two processes do not meet again and again.
    await new Promise((resolve) => setTimeout(resolve, Math.random() * 10));
  }
}

/** SQLite's words where another connection is writing; nothing was changed then. */
function isLocked(error: unknown): boolean {
  return error instanceof Error && error.message.includes("database is locked");
}

/** Takes a plan, or nothing where it failed over what has changed meanwhile. */
async function attempt<T>(
  kv: Kv,
  versionstamp: string | null,
  plan: () => Promise<T> | T,
): Promise<Attempt<T>> {
  try {
    return { value: await plan() };
  } catch (error) {
    if ((await kv.get(keys.totals)).versionstamp === versionstamp) throw error;
    return undefined;
  }
}

/** Entries under a key, in order. */
export async function listEntries(
  kv: Kv,
  prefix: KvKey,
  limit: number,
  after?: string | number,
): Promise<KvEntry[]> {
  const entries = [];
  const selector = after === undefined ? { prefix } : { prefix, start: [...prefix, next(after)] };
  for await (const entry of kv.list(selector, { limit, batchSize: Math.min(limit, 500) }))
    entries.push(entry);
  return entries;
}

/** The least part of a key that comes after one. */
function next(part: string | number): string | number {
  return typeof part === "string" ? `${part}\0` : part + 1;
}

/** The events with these ids; those that are unknown are left out, those named twice are there once. */
export async function readEvents(kv: Kv, ids: readonly string[]): Promise<KvEvent[]> {
  const wanted = [...new Set(ids)].map(keys.event);
  const pages = Array.from({ length: Math.ceil(wanted.length / MANY) }, (_, index) =>
    kv.getMany(wanted.slice(index * MANY, (index + 1) * MANY)),
  );
  return (await Promise.all(pages)).flat().flatMap(({ value }) => (value === null ? [] : [value as KvEvent]));
}
