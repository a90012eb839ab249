import { lstatSync, readdirSync } from "node:fs";
import { basename, dirname } from "node:path";
import type { DatabaseSync } from "node:sqlite";
import { loadSqlite } from "./load-sqlite.ts";
import { ownerFile, remove } from "./sqlite-owner.ts";

/**
 * Frees what owners of a file have leased that are dead: their files are there, and nobody holds the lock on them.
 * An owner without a file may live, so that its leases are left alone.
 *
 * Their files are only opened by SQLite and never read otherwise: to close one here would end the lock of an outbox of
 * this process. https://www.sqlite.org/howtocorrupt.html#_posix_advisory_locks_canceled_by_a_separate_thread_doing_close_
 *
 * @param path the outbox's file, without symbolic links
 * @param own who looks
 * @param free frees all that an owner has leased
 * @throws whatever `free` throws; what it was called for is looked at again the next time
 */
export function freeDeadOwners(path: string, own: number, free: (id: number) => void): void {
  for (const id of ownersOf(path)) {
    if (id === own) continue;
    const file = ownerFile(path, id);
    const lock = lockUnlessAlive(file);
    if (lock === undefined) continue;
    try {
      free(id);
      // While it is locked: should its owner be about to begin, it finds its file gone, and takes another.
      remove(file);
    } finally {
      lock.close();
    }
    // Windows deletes no file that is open: not this one before, and not now that of an owner who has begun meanwhile.
    remove(file);
  }
}

/** The owners that have files. */
function ownersOf(path: string): number[] {
  const prefix = basename(ownerFile(path, ""));
  const ids = namesIn(dirname(path))
    .filter((name) => name.startsWith(prefix))
    .map((name) => name.slice(prefix.length))
    .filter((end) => /^\d+$/.test(end))
    .map(Number);
  return ids.filter((id) => isEmptyFile(ownerFile(path, id)));
}

function namesIn(folder: string): string[] {
  try {
    return readdirSync(folder);
  } catch {
    return []; // Who may use the outbox's file need not be allowed to list its folder.
  }
}

/** Whether it can be an owner's; what has something in it is somebody else's, whatever its name. */
function isEmptyFile(file: string): boolean {
  const found = lstatSync(file, { throwIfNoEntry: false });
  return found?.isFile() === true && found.size === 0;
}

/** Locks an owner's file, together with others who do so, unless the owner lives or the file is gone. */
function lockUnlessAlive(file: string): DatabaseSync | undefined {
  const { DatabaseSync } = loadSqlite();
  let db: DatabaseSync | undefined;
  try {
    // To be read, as otherwise one would be made where it is gone.
    db = new DatabaseSync(file, { readOnly: true });
    db.exec("BEGIN; SELECT 1 FROM sqlite_schema");
    return db;
  } catch {
    db?.close();
    return undefined;
  }
}
