import { chmodSync, closeSync, existsSync, openSync } from "node:fs";
import type { DatabaseSync } from "node:sqlite";
import { OutboxError } from "@intercom-events/core";
import { bytesLeftOnDisk } from "./bytes-left-on-disk.ts";
import { inspectSqliteFile } from "./inspect-sqlite-file.ts";
import { loadSqlite } from "./load-sqlite.ts";
import { ownerFile, randomOwner, remove, withModeOf } from "./sqlite-owner.ts";
import { migrate } from "./sqlite-schema.ts";

/** How a file is opened. */
export interface SqliteSettings {
  readonly path: string;
  readonly sync: "full" | "normal";
  readonly maxBytes: number;
}

/** How much of `maxBytes` is for `append`: leasing and ending events need some as well. */
const APPEND_SHARE = 7 / 8;

/** How much of it dead letters may take from events that are ended. */
const LETTER_SHARE = 15 / 16;

/** An open file, and the pages of it that `append` and dead letters may use. */
export interface OpenSqlite {
  readonly db: DatabaseSync;
  readonly appendPages: number;
  readonly letterPages: number;
  /** Whether new events of so many bytes would take from the disk what it takes to end others. */
  readonly isDiskFull: (bytes: number) => boolean;
}

/**
 * Opens a file as an outbox, or makes one of it that is empty or missing.
 *
 * @throws {OutboxError} for a file that is refused, which is left as it was
 * @throws SQLite's error when another process holds the lock
 */
export function openSqlite({ path, sync, maxBytes }: SqliteSettings): OpenSqlite {
  const { DatabaseSync } = loadSqlite();
  inspectSqliteFile(DatabaseSync, path);
  const db = existsSync(path) ? new DatabaseSync(path) : makePrivate(DatabaseSync, path);
  try {
    // Waiting is done between calls, not in SQLite, where it would hold up the whole process.
    db.exec("PRAGMA busy_timeout = 5");
    const mode = db.prepare("PRAGMA journal_mode = WAL").get()?.journal_mode;
    if (mode !== "wal")
      throw new OutboxError("failed", `Cannot open outbox: ${path} can have no write-ahead log`);
    migrate(db, path);
    // Only macOS has the last one, where a sync without it does not reach the disk.
    db.exec(`PRAGMA synchronous = ${sync}; PRAGMA journal_size_limit = 16777216; PRAGMA fullfsync = ON`);
    const pages = limitPages(db, maxBytes);
    return {
      db,
      appendPages: Math.floor(pages * APPEND_SHARE),
      letterPages: Math.floor(pages * LETTER_SHARE),
      isDiskFull: diskWatch(db, path),
    };
  } catch (error) {
    db.close();
    throw error;
  }
}

/**
 * Makes a file that nobody but its owner reads, as it holds who did what; those beside it get its mode from SQLite.
 * It has that from the start, for a file that is made and closed here, and then opened, would lose the locks that
 * another thread has on it by then; `inspectSqliteFile` says why.
 */
function makePrivate(Database: typeof DatabaseSync, path: string): DatabaseSync {
  // Named so that somebody deletes it if this process dies just now.
  const model = ownerFile(path, randomOwner());
  try {
    closeSync(openSync(model, "wx", 0o600));
    return new Database(withModeOf(model, path));
  } catch {
    // Another has made it, and deleted the model; its name is too long for that of a model; or SQLite says why it cannot be.
    const db = new Database(path);
    keepPrivate(path);
    return db;
  } finally {
    remove(model);
  }
}

function keepPrivate(path: string): void {
  try {
    chmodSync(path, 0o600); // Nothing has been written yet, and those beside it are made after this.
  } catch {
    // It is another user's, who has made it meanwhile.
  }
}

function diskWatch(db: DatabaseSync, path: string): (bytes: number) => boolean {
  const pageSize = Number(db.prepare("PRAGMA page_size").get()?.page_size);
  const freePages = db.prepare("PRAGMA freelist_count");
  // They are written to the log, and then once more to the file.
  return (bytes) => bytesLeftOnDisk(path) + Number(freePages.get()?.freelist_count) * pageSize < 2 * bytes;
}

/** Has SQLite itself refuse to grow the file beyond; a file that is larger already keeps its size. */
function limitPages(db: DatabaseSync, maxBytes: number): number {
  const pageSize = Number(db.prepare("PRAGMA page_size").get()?.page_size);
  const pages = Math.min(Math.floor(maxBytes / pageSize), 0xff_ff_ff_fe);
  return Number(db.prepare(`PRAGMA max_page_count = ${pages}`).get()?.max_page_count);
}
