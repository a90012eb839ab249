import { existsSync, rmSync } from "node:fs";
import type { DatabaseSync } from "node:sqlite";
import { pathToFileURL } from "node:url";
import { loadSqlite } from "./load-sqlite.ts";

/** Who holds leases of a file: an outbox that has it open. */
export interface SqliteOwner {
  /** Names it in the leases it takes. */
  readonly id: number;
  /** Ends it; what it still has leases on, others may take at once. */
  end(hasLeases: boolean): void;
}

/** Each fails only if another process looks at the owner's file in the moment it is made. */
const TRIES = 50;

/**
 * Begins an owner, which the others see live as long as it does: it holds the lock on a file of its own, which the
 * system takes from it when its process dies, however that happens. Ids of processes would not do, as containers
 * that share a folder each count their own.
 *
 * Where there can be no such file, nobody knows when it dies, and its leases last until they run out.
 *
 * @param path the outbox's file, without symbolic links, so that all look for the others' files in one folder
 */
export function beginSqliteOwner(path: string): SqliteOwner {
  for (let tries = 0; tries < TRIES; tries += 1) {
    // Another one each time: who took this one for dead may be about to free what it leases.
    const id = randomOwner();
    const file = ownerFile(path, id);
    const lock = lockNew(file, path);
    if (lock === undefined) continue;
    return {
      id,
      end(hasLeases) {
        lock.close();
        if (!hasLeases) remove(file);
      },
    };
  }
  return { id: randomOwner(), end: () => undefined };
}

/** The file an owner holds the lock on: empty, and beside the outbox's. With `""`, what the paths of all begin with. */
export function ownerFile(path: string, id: number | ""): string {
  return `${path}-owner-${id}`;
}

/** 48 random bits, as SQLite keeps them in less than a name; two alike in one file will not be. */
export function randomOwner(): number {
  const [high = 0, low = 0] = crypto.getRandomValues(new Uint32Array(2));
  return (high % 2 ** 16) * 2 ** 32 + low;
}

/** Deletes a file, where that can be done. */
export function remove(file: string): void {
  try {
    rmSync(file, { force: true });
  } catch {
    // It is empty, and the next one that looks tries again.
  }
}

/** Makes a file and locks it by a transaction that never ends; `undefined` where that cannot be. */
function lockNew(file: string, path: string): DatabaseSync | undefined {
  const { DatabaseSync } = loadSqlite();
  let db: DatabaseSync | undefined;
  try {
    db = new DatabaseSync(withModeOf(path, file));
    // It writes nothing, but would have a journal beside it.
    db.exec("PRAGMA journal_mode = MEMORY; BEGIN EXCLUSIVE");
    // Who looked before it was locked took it for the file of a dead one, and has deleted it.
    if (existsSync(file)) return db;
  } catch {
    // The folder cannot be written, the file system has no locks, or somebody looks at the file.
  }
  db?.close();
  remove(file);
  return undefined;
}

/** What SQLite opens a file by that is to have, if it makes it, the mode of another. https://www.sqlite.org/uri.html#urimodeof */
export function withModeOf(model: string, file: string): string {
  return `${pathToFileURL(file).href}?modeof=${encodeURIComponent(model)}`;
}
