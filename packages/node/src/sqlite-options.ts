import { resolve } from "node:path";
import { fileURLToPath } from "node:url";
import {
  type OutboxOptions,
  type OutboxPolicy,
  outboxInteger,
  resolveOutboxOptions,
  wrongOutboxOption,
} from "@intercom-events/core";
import type { SqliteSettings } from "./open-sqlite.ts";

/** What `sqliteOutbox` takes. */
export interface SqliteOutboxOptions extends OutboxOptions {
  /**
   * The file. Where there is none it is made, readable by its owner alone. SQLite keeps two more beside it (`-wal` and
   * `-shm`), and each outbox that has it open locks an empty one (`-owner-` and a number), which shows the others that it
   * is alive. It belongs on a disk of this machine: neither SQLite's log nor that lock works over a network.
   */
  readonly path: string | URL;
  /**
   * What outlives a power loss. Both modes lose nothing that was kept when the process dies, by SIGKILL as
   * well. `normal` may lose the last moments before a power loss or a crash of the system, never the file.
   * `full` loses nothing then either, and waits for the disk at each call, which holds up the process.
   * https://www.sqlite.org/pragma.html#pragma_synchronous
   *
   * @default "normal"
   */
  readonly sync?: "full" | "normal" | undefined;
  /**
   * The most bytes of the file, without the log beside it. The last eighth takes no new events, so that those it has
   * can be leased and ended. The oldest dead letters make room for new events and for newer dead letters. The file never
   * shrinks, but its room is used again.
   *
   * @default 4294967296 (4 GiB)
   */
  readonly maxBytes?: number | undefined;
  /**
   * Milliseconds a call waits for another process that holds the file. A client waits a minute for a call at most: events
   * that are kept later than that have ended as `not_stored` by then. Closing a client makes up to six calls after its
   * `timeout`, which together take fifteen seconds at most.
   *
   * @default 5000
   */
  readonly busyTimeout?: number | undefined;
}

/** Smallest file that holds the schema and what `append` leaves free. */
const MIN_BYTES = 1024 * 1024;

/** The options with their defaults. */
export interface SqliteOutboxPolicy extends SqliteSettings {
  /** What all outboxes have. */
  readonly policy: OutboxPolicy;
  readonly busyTimeout: number;
}

/** @throws {TypeError} naming the option that is wrong and what was expected */
export function resolveSqliteOptions(options: SqliteOutboxOptions): SqliteOutboxPolicy {
  return {
    policy: resolveOutboxOptions(options, ["path", "sync", "maxBytes", "busyTimeout"]),
    path: resolvePath(options.path),
    sync: resolveSync(options.sync ?? "normal"),
    maxBytes: outboxInteger("maxBytes", options.maxBytes ?? 4 * 1024 ** 3, MIN_BYTES),
    busyTimeout: outboxInteger("busyTimeout", options.busyTimeout ?? 5000, 0),
  };
}

/** Absolute, so that it stays the same file; SQLite would keep "" and ":memory:" in memory. */
function resolvePath(path: unknown): string {
  if (path instanceof URL && path.protocol === "file:") return fileURLToPath(path);
  if (typeof path === "string" && path !== "" && path !== ":memory:" && !path.includes("\0"))
    return resolve(path);
  throw wrongOutboxOption("path", "the path of a file", path);
}

function resolveSync(sync: unknown): "full" | "normal" {
  if (sync === "full" || sync === "normal") return sync;
  throw wrongOutboxOption("sync", '"full" or "normal"', sync);
}
