import { OutboxError } from "@intercom-events/core";

/** A key: its parts are compared one after the other. */
export type KvKey = readonly (string | number)[];

/** A value and when it was last changed; both `null` where there is none. */
export interface KvEntry {
  readonly key: KvKey;
  readonly value: unknown;
  readonly versionstamp: string | null;
}

/** What is changed together, unless one of the checks fails. */
interface KvAtomic {
  check(entry: { key: KvKey; versionstamp: string | null }): KvAtomic;
  set(key: KvKey, value: unknown): KvAtomic;
  delete(key: KvKey): KvAtomic;
  commit(): Promise<{ readonly ok: boolean }>;
}

/** The part of `Deno.Kv` that is used; its own types exist only with `--unstable-kv`. */
export interface Kv {
  get(key: KvKey): Promise<KvEntry>;
  getMany(keys: readonly KvKey[]): Promise<KvEntry[]>;
  list(
    selector: { prefix: KvKey; start?: KvKey },
    options: { limit: number; batchSize: number },
  ): AsyncIterable<KvEntry>;
  atomic(): KvAtomic;
  close(): void;
}

/**
 * Opens a Deno KV store.
 *
 * @param path the file; without one the store that Deno keeps for the program
 * @throws {OutboxError} code `unsupported` where Deno was started without `--unstable-kv`
 */
export async function openDenoKv(path: string | undefined): Promise<Kv> {
  const { openKv } = Deno as { openKv?: (path?: string) => Promise<Kv> };
  if (openKv !== undefined) return openKv(path);
  throw new OutboxError(
    "unsupported",
    'Cannot open outbox: Deno.openKv is missing; run with --unstable-kv, or with "unstable": ["kv"] in deno.json',
  );
}

/** What Deno KV says of a file, as it has no codes, in the words of an outbox. */
export function toOutboxError(error: unknown, doing: string): OutboxError {
  if (error instanceof OutboxError) return error;
  const message = error instanceof Error ? error.message : String(error);
  const code = /not a database|malformed/.test(message)
    ? "corrupted"
    : /readonly|read-only/.test(message)
      ? "read_only"
      : /disk is full/.test(message)
        ? "full"
        : "failed";
  return new OutboxError(code, `Cannot ${doing}: ${message}`, { cause: error });
}
